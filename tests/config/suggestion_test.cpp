#include "libfm/config/suggestion.hpp"

#include "tests/catch.hpp"

CATCH_TEST_CASE("the edit distance counts single edits", "[yaml]") {
  CATCH_CHECK(fm::edit_distance("", "") == 0);
  CATCH_CHECK(fm::edit_distance("", "abc") == 3);
  CATCH_CHECK(fm::edit_distance("steps", "steps") == 0);
  CATCH_CHECK(fm::edit_distance("stpes", "steps") == 1);
  CATCH_CHECK(fm::edit_distance("step", "steps") == 1);
  CATCH_CHECK(fm::edit_distance("sterps", "steps") == 1);
  CATCH_CHECK(fm::edit_distance("kitten", "sitting") == 3);
  CATCH_CHECK(fm::edit_distance("ca", "abc") == 3);
}

CATCH_TEST_CASE("only the most similar names are suggested", "[yaml]") {
  const std::vector<std::string> names = {"euler", "midpoint", "heun", "rk4", "rk45"};
  CATCH_CHECK(fm::suggest_name("Euler", names) == " (did you mean euler?)");
  CATCH_CHECK(fm::suggest_name("mid", names) == " (did you mean midpoint?)");
  CATCH_CHECK(fm::suggest_name("rk5", names) == " (did you mean rk4 or rk45?)");
  CATCH_CHECK(fm::suggest_name("dopri", names).empty());
  CATCH_CHECK(fm::suggest_name(std::string(100000, 'e'), names).empty());
}

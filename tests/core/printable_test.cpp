#include "libfm/core/printable.hpp"

#include "tests/catch.hpp"

CATCH_TEST_CASE("control characters are shown, not obeyed", "[printable]") {
  CATCH_CHECK(fm::printable("plain \u00e4 text\nsecond line") == "plain \u00e4 text\nsecond line");
  CATCH_CHECK(fm::printable("a\x1b[31mred\r\x7f") == "a\\x1b[31mred\\x0d\\x7f");
}

CATCH_TEST_CASE("a line of a megabyte is shortened", "[printable]") {
  const std::string text = fm::printable("name '" + std::string(1 << 20, 'x') + "' is unknown\nnext");
  CATCH_CHECK(text.size() < 2100);
  CATCH_CHECK(text.starts_with("name 'xxx"));
  CATCH_CHECK(text.ends_with("x' is unknown\nnext"));
}

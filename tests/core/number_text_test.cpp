#include "libfm/core/number_text.hpp"

#include "tests/catch.hpp"

#include <limits>

CATCH_TEST_CASE("numbers keep their significant digits at any scale", "[number_text]") {
  CATCH_CHECK(fm::number_text(-163.2987) == "-163.3");
  CATCH_CHECK(fm::number_text(0.0481) == "0.04810");
  CATCH_CHECK(fm::number_text(5.4e-6) == "5.400e-06");
  CATCH_CHECK(fm::number_text(53697.4) == "53697");
  CATCH_CHECK(fm::number_text(536974.0) == "536974");
  CATCH_CHECK(fm::number_text(1.5e38) == "1.500e+38");
  CATCH_CHECK(fm::number_text(999.96) == "1000");
  CATCH_CHECK(fm::number_text(999.6) == "999.6");
  CATCH_CHECK(fm::number_text(0.0) == "0.000");
  CATCH_CHECK(fm::number_text(1234.0) == "1234");
}

CATCH_TEST_CASE("a number that is none has no sign", "[number_text]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CATCH_CHECK(fm::number_text(nan) == "nan");
  CATCH_CHECK(fm::number_text(-nan) == "nan");
}

CATCH_TEST_CASE("a number is written as far as its error lets it be known", "[number_text]") {
  CATCH_CHECK(fm::number_text_within(-163.27193, 6.8) == "-163.27");
  CATCH_CHECK(fm::number_text_within(-0.0421, 0.5) == "-0.042");
  CATCH_CHECK(fm::number_text_within(51234.7, 1500.0) == "51235");
  CATCH_CHECK(fm::number_text_within(-2.04e-7, 3e-9) == "-2.0400e-07");
  CATCH_CHECK(fm::number_text_within(1.5, 0.0) == "1.500");
}

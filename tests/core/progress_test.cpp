#include "libfm/core/progress.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

CATCH_TEST_CASE("durations are printed in a suitable unit", "[progress]") {
  CATCH_CHECK(fm::format_duration(0.2) == "0 s");
  CATCH_CHECK(fm::format_duration(59.4) == "59 s");
  CATCH_CHECK(fm::format_duration(59.6) == "1 min 00 s");
  CATCH_CHECK(fm::format_duration(205) == "3 min 25 s");
  CATCH_CHECK(fm::format_duration(7500) == "2 h 05 min");
}

CATCH_TEST_CASE("a progress line has fraction, rate, time left and the caller's text", "[progress]") {
  const fm::ProgressState state{
      .title = "train", .unit = "steps", .done = 400, .total = 1000, .elapsed = 5.0, .text = "loss 0.12"};
  CATCH_CHECK(fm::format_progress(state) ==
              "train  40 % [========            ] 400/1000 steps  80 steps/s  5 s  8 s left  loss 0.12");
}

CATCH_TEST_CASE("steps before a resume count in the fraction, not in the rate", "[progress]") {
  const fm::ProgressState state{
      .title = "train", .unit = "steps", .start = 300, .done = 400, .total = 1000, .elapsed = 5.0};
  CATCH_CHECK(fm::format_progress(state) ==
              "train  40 % [========            ] 400/1000 steps  20 steps/s  5 s  30 s left");
}

CATCH_TEST_CASE("the first and last line of a loop show no meaningless rate", "[progress]") {
  CATCH_CHECK(fm::format_progress({.title = "a", .unit = "b", .total = 10}) == "a   0 % [                    ] 0/10 b");
  CATCH_CHECK(fm::format_progress({.title = "a", .unit = "b", .done = 10, .total = 10, .elapsed = 2.0}) ==
              "a 100 % [====================] 10/10 b  5 b/s  2 s");
  CATCH_CHECK(fm::format_progress({.title = "a", .unit = "b"}) == "a 100 % [====================] 0/0 b");
  // 999 of 1000 is not rounded up to 100 %.
  CATCH_CHECK(contains(fm::format_progress({.title = "a", .unit = "b", .done = 999, .total = 1000}), " 99 % "));
}

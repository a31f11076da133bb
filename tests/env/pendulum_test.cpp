#include "libfm/env/pendulum.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("angles wrap into [-pi, pi)", "[pendulum]") {
  CATCH_CHECK_THAT(fm::wrap_angle(0.5), WithinAbs(0.5, 1e-15));
}

#include "libfm/mujoco/tolerance.hpp"

#include "tests/catch.hpp"

using fm::Falloff;
using fm::tolerance;

CATCH_TEST_CASE("tolerance is 1 within its bounds, value_at_margin at the margin, and symmetric", "[tolerance]") {
  for (const Falloff falloff : {Falloff::gaussian, Falloff::linear, Falloff::quadratic}) {
    const fm::Tolerance wanted{.low = -1.0, .high = 2.0, .margin = 0.5, .falloff = falloff, .value_at_margin = 0.3};
    for (const double inside : {-1.0, 0.0, 2.0}) CATCH_CHECK(tolerance(inside, wanted) == 1.0);
    CATCH_CHECK(tolerance(2.5, wanted) == Approx(0.3));
    CATCH_CHECK(tolerance(-1.5, wanted) == Approx(0.3));
    CATCH_CHECK(tolerance(2.2, wanted) == Approx(tolerance(-1.2, wanted)));
    CATCH_CHECK(tolerance(2.2, wanted) < tolerance(2.1, wanted));
    CATCH_CHECK(tolerance(100.0, wanted) < 1e-9);
    CATCH_CHECK(tolerance(100.0, wanted) >= 0.0);
  }
}

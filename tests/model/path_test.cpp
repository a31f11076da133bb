#include "libfm/model/path.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("a path goes from noise to data", "[path]") {
  const auto begin = fm::LinearPath{}.at(0.0), end = fm::LinearPath{}.at(1.0);
  CATCH_CHECK(begin.alpha == 0.0);
  CATCH_CHECK(begin.sigma == 1.0);
  CATCH_CHECK(end.alpha == 1.0);
  CATCH_CHECK(end.sigma == 0.0);
}

CATCH_TEST_CASE("a path's derivatives are those of its coefficients", "[path]") {
  constexpr double h = 1e-6;
  for (const double t : {0.1, 0.3, 0.5, 0.9}) {
    const auto before = fm::LinearPath{}.at(t - h), here = fm::LinearPath{}.at(t), after = fm::LinearPath{}.at(t + h);
    CATCH_CHECK_THAT((after.alpha - before.alpha) / (2 * h), WithinAbs(here.alpha_dot, 1e-8));
    CATCH_CHECK_THAT((after.sigma - before.sigma) / (2 * h), WithinAbs(here.sigma_dot, 1e-8));
  }
}

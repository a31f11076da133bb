#include "libfm/policy_spec/normalisation.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("min_max maps the data's range to [-1, 1]", "[normalisation]") {
  fm::Matrix values(3, 2);
  values << -2, 10, 0, 20, 6, 40;
  const fm::Normalisation n = fm::fit_normalisation("min_max", values);
  CATCH_CHECK((-2 - n.offset[0]) / n.scale[0] == -1.0);
  CATCH_CHECK((6 - n.offset[0]) / n.scale[0] == 1.0);
  CATCH_CHECK((10 - n.offset[1]) / n.scale[1] == -1.0);
  CATCH_CHECK((40 - n.offset[1]) / n.scale[1] == 1.0);
}

CATCH_TEST_CASE("z_score gives mean 0 and standard deviation 1", "[normalisation]") {
  fm::Matrix values(4, 1);
  values << 1, 2, 3, 6;
  const fm::Normalisation n = fm::fit_normalisation("z_score", values);
  CATCH_CHECK_THAT(n.offset[0], WithinAbs(3.0, 1e-12));
  CATCH_CHECK_THAT(n.scale[0] * n.scale[0], WithinAbs(14.0 / 4, 1e-12));
}

CATCH_TEST_CASE("an almost constant dimension is only shifted", "[normalisation]") {
  fm::Matrix values(3, 1);
  values << 5.0f, 5.0f, 5.000001f;
  for (const char* name : {"min_max", "z_score"}) {
    const fm::Normalisation n = fm::fit_normalisation(name, values);
    CATCH_CHECK(n.scale[0] == 1.0);
    CATCH_CHECK_THAT(n.offset[0], WithinAbs(5.0, 1e-5));
  }
}

CATCH_TEST_CASE("none changes nothing, and unknown names and no data are refused", "[normalisation]") {
  const fm::Matrix values = fm::Matrix::Constant(2, 1, 7.0f);
  CATCH_CHECK(fm::fit_normalisation("none", values) == fm::Normalisation{{0.0}, {1.0}});
  CATCH_CHECK_THROWS_AS(fm::fit_normalisation("minmax", values), fm::InputError);
  CATCH_CHECK_THROWS_AS(fm::fit_normalisation("min_max", fm::Matrix(0, 1)), fm::InputError);
}

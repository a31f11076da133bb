#include "libfm/policy_spec/normalisation.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/random.hpp"

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
  CATCH_CHECK(fm::fit_normalisation("none", values) == fm::identity_normalisation(1));
  CATCH_CHECK_THROWS_AS(fm::fit_normalisation("minmax", values), fm::InputError);
  CATCH_CHECK_THROWS_AS(fm::fit_normalisation("min_max", fm::Matrix(0, 1)), fm::InputError);
}

CATCH_TEST_CASE("what is constant does not depend on the unit", "[normalisation]") {
  fm::Matrix values(4, 2);
  values << -2, 1, 0, 1, 1, 1, 6, 1;
  for (const char* name : {"min_max", "z_score", "quantile"}) {
    const fm::Normalisation plain = fm::fit_normalisation(name, values);
    CATCH_CHECK(plain.scale[1] == plain.scale[0]);                  // constant: that of the other dimension
    for (const double unit : {0x1p-40, 0x1p-20, 0x1p20, 0x1p40}) {  // powers of two, which round nothing
      const fm::Normalisation n = fm::fit_normalisation(name, values * unit);
      for (std::size_t j = 0; j < 2; ++j) {
        CATCH_CHECK(n.offset[j] == plain.offset[j] * unit);
        CATCH_CHECK(n.scale[j] == plain.scale[j] * unit);
      }
    }
  }
}

CATCH_TEST_CASE("a variation is one if the format of the numbers holds it", "[normalisation]") {
  const auto is_constant = [](double offset, double step) {
    fm::ColumnRange range;
    range.add(Eigen::VectorXd::LinSpaced(5, 0.0, 4.0) * step + Eigen::VectorXd::Constant(5, offset));
    return range.is_constant();
  };
  CATCH_CHECK_FALSE(is_constant(5.4e6, 0.02));
  CATCH_CHECK(is_constant(5.4e6, 1e-10));
  CATCH_CHECK(is_constant(5.4e6, 0.0));
  CATCH_CHECK(is_constant(0.0, 0.0));
  CATCH_CHECK_FALSE(is_constant(0.0, 1e-300));
  CATCH_CHECK(is_constant(8388608.0, 1.0));  // float32 numbers, which lie 1 apart there
}

CATCH_TEST_CASE("quantiles do not follow an outlier, and clip only what they are asked to", "[normalisation]") {
  fm::Matrix values(101, 1);
  for (int i = 0; i <= 100; ++i) values(i, 0) = i;
  values(50, 0) = 1e6;
  const fm::Normalisation n = fm::fit_normalisation("quantile", values, {.low = 0.05, .high = 0.95});
  CATCH_CHECK_THAT(n.offset[0], WithinAbs(50.5, 1.0));
  CATCH_CHECK_THAT(n.scale[0], WithinAbs(45.5, 1.0));
  CATCH_CHECK(n.normalise(0, 1e6) > 1000.0);
  const fm::Normalisation clipped =
      fm::fit_normalisation("quantile", values, {.low = 0.05, .high = 0.95, .clip = true});
  CATCH_CHECK(clipped.normalise(0, 1e6) == 1.0);
  CATCH_CHECK(clipped.normalise(0, -1e6) == -1.0);
}

CATCH_TEST_CASE("a dimension with mostly one value keeps its range under quantiles", "[normalisation]") {
  fm::Matrix values = fm::Matrix::Zero(1000, 1);
  values(3, 0) = 1.0;
  const fm::Normalisation n = fm::fit_normalisation("quantile", values);
  CATCH_CHECK(n.offset[0] == 0.5);
  CATCH_CHECK(n.scale[0] == 0.5);
}

CATCH_TEST_CASE("a fit to parts of the rows is that to all of them", "[normalisation]") {
  fm::Matrix values(300, 3);
  fm::Draws draws = fm::RandomStream(1, "values").at(0);
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    values.row(i) << draws.normal(), 1e5 + 1e-3 * draws.normal(), 7.0;  // the last one is constant
  }
  for (const char* name : {"min_max", "z_score", "none"}) {
    const fm::Normalisation whole = fm::fit_normalisation(name, values);
    fm::NormalisationFit fit(name);
    for (const auto& [begin, count] : {std::pair{0, 10}, {10, 0}, {10, 250}, {260, 40}}) {
      fit.add(values.middleRows(begin, count));
    }
    const fm::Normalisation parts = fit.result();
    for (std::size_t j = 0; j < 3; ++j) {
      CATCH_CHECK_THAT(parts.offset[j], WithinAbs(whole.offset[j], 1e-15 * std::abs(whole.offset[j]) + 1e-12));
      CATCH_CHECK_THAT(parts.scale[j] / whole.scale[j], WithinAbs(1.0, 1e-9));
    }
  }
  CATCH_CHECK_THROWS_AS(fm::NormalisationFit("min_max").result(), fm::InputError);
}

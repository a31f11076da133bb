#include "libfm/evaluation/energy_distance.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numbers>

using Catch::Matchers::WithinAbs;

namespace {

/// Normal samples, moved to exactly the given means, as actions of one step and one dimension.
fm::SampledActions normal(double mean_sampled, double mean_recorded, Eigen::Index count) {
  fm::SampledActions actions{.recorded = fm::Matrix(count, 1), .sampled = fm::Matrix(count, 1), .actions = 1};
  const fm::RandomStream stream(7, "normal");
  for (Eigen::Index i = 0; i < count; ++i) {
    fm::Draws draws = stream.at(static_cast<std::uint64_t>(i));
    actions.recorded(i, 0) = draws.normal();
    actions.sampled(i, 0) = draws.normal();
  }
  actions.recorded.array() += mean_recorded - actions.recorded.mean();
  actions.sampled.array() += mean_sampled - actions.sampled.mean();
  return actions;
}

/// E|X - Y| of normal numbers of deviation 1 whose means are `apart`: the folded normal distribution of deviation sqrt 2.
double mean_distance(double apart) {
  return 2.0 / std::sqrt(std::numbers::pi) * std::exp(-apart * apart / 4.0) + apart * std::erf(apart / 2.0);
}

}  // namespace

CATCH_TEST_CASE("the energy distance of normal samples is that of the closed form", "[energy_distance]") {
  for (const double apart : {0.0, 0.5, 2.0}) {
    const double expected = 1.0 - mean_distance(0.0) / mean_distance(apart);
    CATCH_CHECK_THAT(fm::energy_distance(normal(apart, 0.0, 2000), {1.0}), WithinAbs(expected, 0.01));
  }
}

CATCH_TEST_CASE("two single points are at distance 1, in any unit and along dimensions that vary",
                "[energy_distance]") {
  fm::SampledActions actions{.recorded = fm::Matrix(3, 4), .sampled = fm::Matrix(3, 4), .actions = 2};
  actions.recorded.rowwise() = Eigen::RowVector4d(0.0, 5.0, 0.0, 5.0);  // two steps of two dimensions
  actions.sampled.rowwise() = Eigen::RowVector4d(1e-6, 9.0, 1e-6, 9.0);
  CATCH_CHECK_THAT(fm::energy_distance(actions, {1e-6, 0.0}), WithinAbs(1.0, 1e-12));
  actions.sampled = actions.recorded;
  CATCH_CHECK(std::isnan(fm::energy_distance(actions, {1e-6, 0.0})));  // nothing is apart
}

CATCH_TEST_CASE("samples that lose one of two modes are told from recorded ones", "[energy_distance]") {
  fm::SampledActions both{.recorded = fm::Matrix(400, 1), .sampled = fm::Matrix(400, 1), .actions = 1}, mean = both;
  for (Eigen::Index i = 0; i < 400; ++i) both.recorded(i, 0) = mean.recorded(i, 0) = i % 2 == 0 ? 1.0 : -1.0;
  for (Eigen::Index i = 0; i < 400; ++i) both.sampled(i, 0) = i % 4 < 2 ? 1.0 : -1.0;
  mean.sampled.setZero();
  CATCH_CHECK_THAT(fm::energy_distance(both, {1.0}), WithinAbs(0.0, 0.01));
  CATCH_CHECK_THAT(fm::energy_distance(mean, {1.0}), WithinAbs(0.5, 0.01));  // (2 - 1 - 0) / 2
}

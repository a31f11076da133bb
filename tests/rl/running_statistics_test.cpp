#include "libfm/rl/running_statistics.hpp"

#include "libfm/core/random.hpp"
#include "tests/catch.hpp"

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

fm::Matrix random_rows(int count, std::uint64_t position) {
  fm::Matrix rows(count, 2);
  fm::Draws draws = fm::RandomStream(3, "rows").at(position);
  for (int i = 0; i < count; ++i) rows.row(i) << 1e6 + draws.normal(), 5.0 * draws.normal();
  return rows;
}

}  // namespace

CATCH_TEST_CASE("running statistics are those of all rows together", "[running_statistics]") {
  fm::RunningStatistics running(2);
  CATCH_CHECK(running.normalisation() == fm::identity_normalisation(2));
  fm::Matrix all(0, 2);
  for (int i = 0; i < 5; ++i) {
    const fm::Matrix rows = random_rows(10 * i + 1, i);
    running.add(rows);
    all.conservativeResize(all.rows() + rows.rows(), Eigen::NoChange);
    all.bottomRows(rows.rows()) = rows;
  }
  for (int j = 0; j < 2; ++j) {
    const double mean = all.col(j).mean();
    CATCH_CHECK_THAT(running.mean(j), WithinAbs(mean, 1e-7));
    CATCH_CHECK_THAT(running.variance(j), WithinAbs((all.col(j).array() - mean).square().mean(), 1e-6));
  }
  fm::RunningStatistics restored(2);
  restored.restore(running.state());
  CATCH_CHECK(restored.state() == running.state());
  CATCH_CHECK(restored.normalisation() == running.normalisation());
}

CATCH_TEST_CASE("a column that hardly varies is not blown up", "[running_statistics]") {
  fm::RunningStatistics running(1);
  running.add(fm::Matrix::Constant(10, 1, 2.0));
  CATCH_CHECK(running.normalisation().scale[0] == 0.01);
  CATCH_CHECK(running.normalisation().offset[0] == 2.0);
}

CATCH_TEST_CASE("rewards are scaled by the deviation of the discounted return, which begins anew with an episode",
                "[running_statistics]") {
  fm::RewardScale scale(2, 0.5);
  const std::vector<double> rewards = {1.0, 2.0, 3.0, -4.0, 5.0, 6.0};  // copies 0 and 1 by turns
  const std::vector<std::uint8_t> ends = {0, 0, 1, 0, 0, 0};
  const std::vector<double> returns = {1.0, 2.0, 3.5, -3.0, 5.0, 4.5};
  double mean = 0.0, square = 0.0;
  for (const double r : returns) mean += r / 6.0, square += r * r / 6.0;
  const std::vector<double> scaled = scale.scale(rewards, ends);
  for (std::size_t i = 0; i < 6; ++i)
    CATCH_CHECK_THAT(scaled[i], WithinAbs(rewards[i] / std::sqrt(square - mean * mean), 1e-7));
  fm::RewardScale restored(2, 0.5);
  restored.restore(scale.state());
  CATCH_CHECK(restored.scale(rewards, ends) == scale.scale(rewards, ends));
}

CATCH_TEST_CASE("a scaled reward is at most 10", "[running_statistics]") {
  fm::RewardScale scale(1, 0.0);
  std::vector<double> rewards(1000, 0.0);
  rewards.front() = 1.0, rewards.back() = -1.0;  // a deviation of 1 / sqrt(500)
  const std::vector<double> scaled = scale.scale(rewards, std::vector<std::uint8_t>(rewards.size(), 0));
  CATCH_CHECK(scaled.front() == 10.0);
  CATCH_CHECK(scaled.back() == -10.0);
  CATCH_CHECK(scaled[1] == 0.0);
}

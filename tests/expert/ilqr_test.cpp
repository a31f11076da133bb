#include "libfm/expert/ilqr.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/expert/ilqr_policy.hpp"
#include "libfm/task/experts.hpp"
#include "tests/catch.hpp"
#include "tests/expert/double_integrator.hpp"

#include <cmath>

using fm::Matrix;
using fm::test::DoubleIntegrator;

namespace {

struct Regulator {
  std::vector<Eigen::RowVector2d> gains;  ///< of steps 0 ... T - 1
  Eigen::Matrix2d value;                  ///< optimal cost x'Px from step 0
};

/// The Riccati recursion over T steps of the double integrator.
Regulator regulator(int T) {
  Eigen::Matrix2d A, Q = Eigen::Vector2d(1.0, 0.1).asDiagonal(), P = Eigen::Matrix2d::Zero();
  A << 1.0, 0.1, 0.0, 1.0;
  const Eigen::Vector2d B(0.0, 0.1);
  Regulator result{.gains = std::vector<Eigen::RowVector2d>(static_cast<std::size_t>(T)), .value = P};
  for (int t = T; t-- > 0;) {
    const Eigen::RowVector2d K = (B.transpose() * P * A) / (0.01 + B.dot(P * B));
    result.gains[static_cast<std::size_t>(t)] = -K;
    P = (Q + A.transpose() * P * (A - B * K)).eval();
  }
  result.value = P;
  return result;
}

Matrix state(double x, double v) {
  Matrix row(1, 2);
  row << x, v;
  return row;
}

}  // namespace

CATCH_TEST_CASE("on a linear system iLQR is the Riccati recursion, in one iteration", "[ilqr]") {
  constexpr int T = 40;
  fm::Ilqr ilqr(DoubleIntegrator::factory(1000.0));
  const Matrix start = state(1.5, -0.7), goal(1, 0);
  fm::IlqrTrajectory trajectory = ilqr.simulate(start, goal, Matrix::Zero(T, 1));
  ilqr.improve(trajectory, goal, 1);
  const Regulator exact = regulator(T);
  const Eigen::Vector2d x = start.row(0).transpose();
  CATCH_CHECK(trajectory.total_reward == Approx(-x.dot(exact.value * x)).epsilon(1e-6));
  for (std::size_t t = 0; t < T; ++t) {
    CATCH_CHECK((trajectory.gains[t] - exact.gains[t]).cwiseAbs().maxCoeff() < 1e-3);
    CATCH_CHECK(trajectory.actions(static_cast<Eigen::Index>(t), 0) ==
                Approx(exact.gains[t] * trajectory.states.row(static_cast<Eigen::Index>(t)).transpose()).margin(1e-3));
  }
}

CATCH_TEST_CASE("with bounds, iLQR reaches the best of clipped sequences and never leaves them", "[ilqr]") {
  constexpr int T = 40;
  const Matrix start = state(3.0, 0.0), goal(1, 0);
  fm::Ilqr ilqr(DoubleIntegrator::factory(2.0));
  fm::IlqrTrajectory trajectory = ilqr.simulate(start, goal, Matrix::Zero(T, 1));
  ilqr.improve(trajectory, goal, 100, 0.0);
  CATCH_CHECK(trajectory.actions.cwiseAbs().maxCoeff() <= 2.0);
  CATCH_CHECK(trajectory.actions(0, 0) == -2.0);
  // A convex problem: no small change within the bounds improves it.
  for (int t = 0; t < T; ++t) {
    for (const double change : {0.01, -0.01}) {
      Matrix other = trajectory.actions;
      other(t, 0) = std::clamp(other(t, 0) + change, -2.0, 2.0);
      CATCH_CHECK(ilqr.simulate(start, goal, other).total_reward <= trajectory.total_reward + 1e-7);
    }
  }
}

CATCH_TEST_CASE("iLQR's cost on the pendulum is within 3 % of the optimum", "[ilqr]") {
  const fm::EnvOptions env;
  const fm::RolloutOptions options{.episodes = 20, .initial = fm::RandomStream(123, "rollout")};
  const auto mean_of = [&](const fm::ExpertOptions& expert) {
    return fm::mean(fm::returns_of(fm::rollout(fm::make_env(env), fm::make_expert(expert, env, "", 0), options)));
  };
  const double best = mean_of({.name = "optimal"}),
               mean = mean_of({.name = "ilqr", .ilqr = {.candidates = 2048, .improved = 32}});
  CATCH_INFO("optimal " << best << ", ilqr " << mean);
  CATCH_CHECK(mean > 1.03 * best);
}

CATCH_TEST_CASE("iLQR refuses an environment without coordinates", "[ilqr]") {
  fm::EnvOptions env;
  env.name = "humanoid";
  CATCH_CHECK_THROWS_AS(fm::make_expert({.name = "ilqr"}, env, "", 0), fm::InputError);
}

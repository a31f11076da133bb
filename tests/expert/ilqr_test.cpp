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

CATCH_TEST_CASE("a plan's law is followed from a state that was not planned", "[ilqr]") {
  constexpr int T = 40, from = 15;
  fm::Ilqr ilqr(DoubleIntegrator::factory(1000.0));
  const Matrix goal(1, 0);
  fm::IlqrTrajectory plan = ilqr.simulate(state(1.5, -0.7), goal, Matrix::Zero(T, 1));
  ilqr.improve(plan, goal, 1);
  const Matrix other = state(-2.0, 3.0);
  const fm::IlqrTrajectory followed = ilqr.follow(plan, from, other, goal);
  // The law of a linear system is optimal everywhere: over the steps that are left the cost is x'Px.
  double cost = 0.0;
  for (int t = 0; t < T - from; ++t) {
    const double x = followed.states(t, 0), v = followed.states(t, 1), u = followed.actions(t, 0);
    cost += x * x + 0.1 * v * v + 0.01 * u * u;
  }
  const Eigen::Vector2d x = other.row(0).transpose();
  CATCH_CHECK(cost == Approx(x.dot(regulator(T - from).value * x)).epsilon(1e-6));
}

CATCH_TEST_CASE("behind a terminal state a plan gains nothing, and beyond the time limit it goes on", "[ilqr]") {
  constexpr int T = 120;  // the limit is 100
  fm::Ilqr ends(DoubleIntegrator::factory(2.0, 1.05)), goes_on(DoubleIntegrator::factory(2.0));
  const Matrix start = state(0.0, 1.0), goal(1, 0), nothing = Matrix::Zero(T, 1);
  const fm::IlqrTrajectory short_one = ends.simulate(start, goal, nothing),
                           all = goes_on.simulate(start, goal, nothing);
  CATCH_CHECK(short_one.length == 11);  // x = 0.1 t
  CATCH_CHECK(all.length == T);
  double until = 0.0;
  for (int t = 0; t < 11; ++t) until -= 0.01 * t * t + 0.1;
  CATCH_CHECK(short_one.total_reward == Approx(until));
  CATCH_CHECK(ends.evaluate(start, goal, {nothing, nothing}) == Eigen::VectorXd::Constant(2, short_one.total_reward));
  CATCH_CHECK(all.total_reward < until - 1000.0);
  CATCH_CHECK(all.states(T, 0) == Approx(0.1 * T));
  fm::IlqrTrajectory improved = ends.simulate(state(1.0, 0.4), goal, nothing);
  ends.improve(improved, goal, 5);
  CATCH_CHECK(std::ssize(improved.gains) == T);
  CATCH_CHECK(improved.length == 2);  // costs are all that there is, so the episode is to end at once
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

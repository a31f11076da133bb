#include "libfm/expert/ilqr.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/box_qp.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace fm {
namespace {

constexpr double difference = 1e-4;  ///< of coordinates, in their units, and of actions, in halves of their range
constexpr int batch = 512;           ///< rows that are stepped together
constexpr int step_sizes = 8;        ///< 1, 1/2, 1/4 ...
constexpr double most_regularisation = 1e8;

/// The nearest positive semidefinite matrix.
Eigen::MatrixXd convex_part(const Eigen::MatrixXd& hessian) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(hessian);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0).asDiagonal() * solver.eigenvectors().transpose();
}

std::vector<int> first_rows(Eigen::Index count) {
  std::vector<int> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// Rows of an environment in these states (rows, S), with a goal (1, G) that they share.
void begin_in(VectorEnv& env, const std::vector<int>& rows, const Matrix& states, const Matrix& goal) {
  env.set_states(rows, states);
  if (goal.cols() > 0) env.set_goals(rows, goal.replicate(std::ssize(rows), 1));
}

}  // namespace

/// Derivatives of one step: x' = A dx + B du, and of its cost, the negative reward.
struct Ilqr::Step {
  Eigen::MatrixXd A, B;
  Eigen::VectorXd gradient;  ///< (n + m), of the cost
  Eigen::MatrixXd hessian;   ///< (n + m, n + m)
};

struct Ilqr::Law {
  std::vector<Eigen::VectorXd> offsets;  ///< (m)
  std::vector<Eigen::MatrixXd> gains;    ///< (m, n)
  double expected = 0.0;                 ///< what the model of second order gains in reward
};

/// What rows that were rolled out have gained, -infinity if they diverged, and their steps until a terminal state.
struct Ilqr::Outcome {
  Eigen::VectorXd rewards;
  std::vector<Eigen::Index> lengths;
};

Ilqr::Ilqr(EnvFactory env)
    : factory_(std::move(env)), columns_(factory_.make(1)->coordinates()), low_(std::ssize(spec().actions)),
      high_(low_.size()) {
  if (columns_.empty()) {
    throw_input_error("expert.name: ilqr needs an environment whose states have coordinates; '{}' has none",
                      spec().name);
  }
  if (!are_bounded(spec().actions)) {
    throw_input_error("expert.name: ilqr needs bounded actions, those of environment '{}' are not", spec().name);
  }
  for (Eigen::Index j = 0; j < low_.size(); ++j) {
    low_[j] = spec().actions[static_cast<std::size_t>(j)].low;
    high_[j] = spec().actions[static_cast<std::size_t>(j)].high;
  }
}

Eigen::RowVectorXd Ilqr::clipped(const Eigen::VectorXd& actions) const {
  return actions.cwiseMax(low_).cwiseMin(high_).transpose();
}

Eigen::VectorXd Ilqr::coordinates(const Matrix& states, Eigen::Index row) const {
  return states.row(row)(columns_).transpose();
}

VectorEnv& Ilqr::env(Eigen::Index copies) {
  const auto rounded = static_cast<Eigen::Index>(std::bit_ceil(static_cast<std::size_t>(copies)));
  std::unique_ptr<VectorEnv>& env = envs_[rounded];
  if (!env) env = factory_.make(static_cast<int>(rounded));
  return *env;
}

std::pair<Matrix, Eigen::VectorXd> Ilqr::step(const Matrix& states, const Matrix& actions, const Matrix& goal) {
  VectorEnv& env = this->env(std::min<Eigen::Index>(batch, states.rows()));
  Matrix next(states.rows(), states.cols()), given = Matrix::Zero(env.copies(), actions.cols());
  Eigen::VectorXd rewards(states.rows());
  StepResult result;
  for (Eigen::Index begin = 0; begin < states.rows(); begin += batch) {
    const Eigen::Index count = std::min<Eigen::Index>(batch, states.rows() - begin);
    begin_in(env, first_rows(count), states.middleRows(begin, count), goal);
    given.topRows(count) = actions.middleRows(begin, count);
    env.step(given, result);
    next.middleRows(begin, count) = env.states().topRows(count);
    rewards.segment(begin, count) = result.rewards.head(count);
  }
  return {std::move(next), std::move(rewards)};
}

Ilqr::Outcome Ilqr::roll(const Matrix& state, const Matrix& goal, Eigen::Index rows, Eigen::Index T,
                         const std::function<Matrix(Eigen::Index t, const Matrix& states)>& choose,
                         const std::function<void(Eigen::Index t, const Matrix& actions, const Matrix& next)>& keep) {
  VectorEnv& env = this->env(rows);
  const std::vector<int> all = first_rows(rows);
  begin_in(env, all, state.replicate(rows, 1), goal);
  Outcome outcome{Eigen::VectorXd::Zero(rows), std::vector<Eigen::Index>(all.size(), T)};
  Matrix states = env.states().topRows(rows), given = Matrix::Zero(env.copies(), low_.size());
  StepResult result;
  for (Eigen::Index t = 0; t < T; ++t) {
    given.topRows(rows) = choose(t, states);
    env.step(given, result);
    states = env.states().topRows(rows);
    outcome.rewards += result.rewards.head(rows);
    std::vector<int> at_limit;
    for (const int i : all) {
      const auto k = static_cast<std::size_t>(i);
      if (result.diverged[k] != 0) outcome.rewards[i] = -std::numeric_limits<double>::infinity();
      if (result.terminated[k] != 0) outcome.lengths[k] = t + 1;
      if (result.truncated[k] != 0) at_limit.push_back(i);
    }
    if (!at_limit.empty()) begin_in(env, at_limit, states(at_limit, Eigen::all), goal);
    keep(t, given, states);
  }
  return outcome;
}

IlqrTrajectory Ilqr::roll_one(const Matrix& state, const Matrix& goal, Eigen::Index T,
                              const std::function<Matrix(Eigen::Index t, const Matrix& states)>& choose) {
  IlqrTrajectory result{.states = Matrix(T + 1, state.cols()), .actions = Matrix(T, low_.size()), .gains = {}};
  result.states.row(0) = state;
  const auto keep = [&](Eigen::Index t, const Matrix& actions, const Matrix& next) {
    result.actions.row(t) = actions.row(0);
    result.states.row(t + 1) = next.row(0);
  };
  const Outcome outcome = roll(state, goal, 1, T, choose, keep);
  result.total_reward = outcome.rewards[0];
  result.length = outcome.lengths[0];
  return result;
}

IlqrTrajectory Ilqr::simulate(const Matrix& state, const Matrix& goal, const Matrix& actions) {
  return roll_one(state, goal, actions.rows(), [&](Eigen::Index t, const Matrix&) { return actions.row(t); });
}

Eigen::RowVectorXd Ilqr::action(const IlqrTrajectory& plan, Eigen::Index t, const Matrix& states,
                                Eigen::Index row) const {
  const Eigen::VectorXd deviation = coordinates(states, row) - coordinates(plan.states, t);
  return clipped(plan.actions.row(t).transpose() + plan.gains[static_cast<std::size_t>(t)] * deviation);
}

IlqrTrajectory Ilqr::follow(const IlqrTrajectory& plan, Eigen::Index from, const Matrix& state, const Matrix& goal) {
  const Eigen::Index T = plan.actions.rows();
  return roll_one(state, goal, T, [&](Eigen::Index t, const Matrix& states) {
    return action(plan, std::min(t + from, T - 1), states, 0);
  });
}

Eigen::VectorXd Ilqr::evaluate(const Matrix& state, const Matrix& goal, const std::vector<Matrix>& candidates) {
  const auto count = std::ssize(candidates);
  Eigen::VectorXd total(count);
  for (Eigen::Index begin = 0; begin < count; begin += batch) {
    const Eigen::Index rows = std::min<Eigen::Index>(batch, count - begin);
    const auto choose = [&](Eigen::Index t, const Matrix&) {
      Matrix actions(rows, low_.size());
      for (Eigen::Index i = 0; i < rows; ++i) {
        actions.row(i) = candidates[static_cast<std::size_t>(begin + i)].row(t);
      }
      return actions;
    };
    const auto keep_nothing = [](Eigen::Index, const Matrix&, const Matrix&) {};
    total.segment(begin, rows) = roll(state, goal, rows, candidates.front().rows(), choose, keep_nothing).rewards;
  }
  return total;
}

std::vector<Ilqr::Step> Ilqr::differentiate(const IlqrTrajectory& trajectory, const Matrix& goal) {
  const Eigen::Index n = std::ssize(columns_), m = low_.size(), T = trajectory.length;
  Eigen::VectorXd h = Eigen::VectorXd::Constant(n + m, difference);
  h.tail(m) = difference * (high_ - low_) / 2.0;
  // The points of a step: itself, both sides of every variable, and every pair of variables together.
  std::vector<Eigen::VectorXd> points = {Eigen::VectorXd::Zero(n + m)};
  const auto offset = [&](Eigen::Index i, double sign) {
    return Eigen::VectorXd(sign * h[i] * Eigen::VectorXd::Unit(n + m, i));
  };
  for (Eigen::Index i = 0; i < n + m; ++i) {
    for (const double sign : {1.0, -1.0}) points.push_back(offset(i, sign));
  }
  for (Eigen::Index i = 0; i < n + m; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      points.push_back(offset(i, 1.0) + offset(j, 1.0));
    }
  }
  const auto count = std::ssize(points);
  Matrix states(T * count, trajectory.states.cols()), actions(T * count, m);
  // A difference across a bound would be clipped, so actions are differentiated a little inside.
  const Matrix inside = trajectory.actions.topRows(T)
                            .cwiseMax((low_ + 2.0 * h.tail(m)).transpose().replicate(T, 1))
                            .cwiseMin((high_ - 2.0 * h.tail(m)).transpose().replicate(T, 1));
  for (Eigen::Index t = 0; t < T; ++t) {
    for (Eigen::Index p = 0; p < count; ++p) {
      const Eigen::VectorXd& point = points[static_cast<std::size_t>(p)];
      states.row(t * count + p) = trajectory.states.row(t);
      for (Eigen::Index i = 0; i < n; ++i) states(t * count + p, columns_[static_cast<std::size_t>(i)]) += point[i];
      actions.row(t * count + p) = inside.row(t) + point.tail(m).transpose();
    }
  }
  const auto [next, rewards] = step(states, actions, goal);
  std::vector<Step> steps(static_cast<std::size_t>(T));
  for (Eigen::Index t = 0; t < T; ++t) {
    Step& s = steps[static_cast<std::size_t>(t)];
    const Eigen::Index base = t * count;
    Eigen::MatrixXd jacobian(n, n + m);
    s.gradient.resize(n + m);
    s.hessian.resize(n + m, n + m);
    for (Eigen::Index i = 0; i < n + m; ++i) {
      const Eigen::Index up = base + 1 + 2 * i, down = up + 1;
      jacobian.col(i) = (coordinates(next, up) - coordinates(next, down)) / (2.0 * h[i]);
      s.gradient[i] = -(rewards[up] - rewards[down]) / (2.0 * h[i]);
      s.hessian(i, i) = -(rewards[up] - 2.0 * rewards[base] + rewards[down]) / (h[i] * h[i]);
    }
    Eigen::Index together = base + 1 + 2 * (n + m);
    for (Eigen::Index i = 0; i < n + m; ++i) {
      for (Eigen::Index j = 0; j < i; ++j, ++together) {
        const double mixed = rewards[together] - rewards[base + 1 + 2 * i] - rewards[base + 1 + 2 * j] + rewards[base];
        s.hessian(i, j) = s.hessian(j, i) = -mixed / (h[i] * h[j]);
      }
    }
    s.hessian = convex_part(s.hessian);
    s.A = jacobian.leftCols(n);
    s.B = jacobian.rightCols(m);
  }
  return steps;
}

bool Ilqr::plan(const std::vector<Step>& steps, const Matrix& actions, double regularisation, Law& law) const {
  const Eigen::Index n = std::ssize(columns_), m = low_.size();
  Eigen::VectorXd Vx = Eigen::VectorXd::Zero(n);
  Eigen::MatrixXd Vxx = Eigen::MatrixXd::Zero(n, n);
  law.offsets.assign(static_cast<std::size_t>(actions.rows()), Eigen::VectorXd::Zero(m));  // also behind the end
  law.gains.assign(static_cast<std::size_t>(actions.rows()), Eigen::MatrixXd::Zero(m, n));
  law.expected = 0.0;
  for (std::size_t t = steps.size(); t-- > 0;) {
    const Step& s = steps[t];
    const Eigen::VectorXd Qx = s.gradient.head(n) + s.A.transpose() * Vx;
    const Eigen::VectorXd Qu = s.gradient.tail(m) + s.B.transpose() * Vx;
    const Eigen::MatrixXd Qxx = s.hessian.topLeftCorner(n, n) + s.A.transpose() * Vxx * s.A;
    const Eigen::MatrixXd Qux = s.hessian.bottomLeftCorner(m, n) + s.B.transpose() * Vxx * s.A;
    const Eigen::MatrixXd Quu = s.hessian.bottomRightCorner(m, m) + s.B.transpose() * Vxx * s.B;
    const Eigen::MatrixXd H = Quu + regularisation * Eigen::MatrixXd::Identity(m, m);
    if (H.llt().info() != Eigen::Success) return false;
    const Eigen::VectorXd u = actions.row(static_cast<Eigen::Index>(t)).transpose();
    const BoxQp qp = solve_box_qp(H, Qu, low_ - u, high_ - u);
    Eigen::MatrixXd K = Eigen::MatrixXd::Zero(m, n);
    if (!qp.free.empty()) {
      const Eigen::MatrixXd H_free = H(qp.free, qp.free);
      K(qp.free, Eigen::all) = -H_free.llt().solve(Qux(qp.free, Eigen::all).eval());
    }
    Vx = Qx + K.transpose() * Quu * qp.x + K.transpose() * Qu + Qux.transpose() * qp.x;
    Vxx = Qxx + K.transpose() * Quu * K + K.transpose() * Qux + Qux.transpose() * K;
    Vxx = (0.5 * (Vxx + Vxx.transpose())).eval();
    law.expected -= qp.x.dot(Qu) + 0.5 * qp.x.dot(Quu * qp.x);
    law.offsets[t] = qp.x;
    law.gains[t] = std::move(K);
  }
  return true;
}

bool Ilqr::try_law(const Law& law, const Matrix& goal, IlqrTrajectory& trajectory) {
  std::vector<IlqrTrajectory> tried(step_sizes, trajectory);
  const auto choose = [&](Eigen::Index t, const Matrix& states) {
    const auto k = static_cast<std::size_t>(t);
    const Eigen::VectorXd at = coordinates(trajectory.states, t);
    Matrix actions(step_sizes, low_.size());
    for (int i = 0; i < step_sizes; ++i) {
      actions.row(i) = clipped(trajectory.actions.row(t).transpose() + std::ldexp(1.0, -i) * law.offsets[k] +
                               law.gains[k] * (coordinates(states, i) - at));
    }
    return actions;
  };
  const auto keep = [&](Eigen::Index t, const Matrix& actions, const Matrix& next) {
    for (int i = 0; i < step_sizes; ++i) {
      tried[static_cast<std::size_t>(i)].actions.row(t) = actions.row(i);
      tried[static_cast<std::size_t>(i)].states.row(t + 1) = next.row(i);
    }
  };
  const Outcome outcome = roll(trajectory.states.row(0), goal, step_sizes, trajectory.actions.rows(), choose, keep);
  Eigen::Index best = 0;
  if (!(outcome.rewards.maxCoeff(&best) > trajectory.total_reward)) return false;
  trajectory = std::move(tried[static_cast<std::size_t>(best)]);
  trajectory.total_reward = outcome.rewards[best];
  trajectory.length = outcome.lengths[static_cast<std::size_t>(best)];
  trajectory.gains = law.gains;
  return true;
}

void Ilqr::improve(IlqrTrajectory& trajectory, const Matrix& goal, int iterations, double tolerance) {
  double regularisation = 1e-6;
  std::vector<Step> steps = differentiate(trajectory, goal);
  for (int iteration = 0; iteration < iterations;) {
    const double before = trajectory.total_reward;  // -infinity of one that diverges: whatever does not is better
    const double least = std::isfinite(before) ? tolerance * std::abs(before) : -1.0;
    Law law;
    const bool is_convex = plan(steps, trajectory.actions, regularisation, law);
    if (is_convex && law.expected <= least) {
      trajectory.gains = law.gains;
      break;
    }
    if (!is_convex || !try_law(law, goal, trajectory)) {
      regularisation *= 10.0;
      if (regularisation > most_regularisation) break;
      continue;
    }
    ++iteration;
    regularisation = std::max(1e-9, regularisation / 5.0);
    if (trajectory.total_reward - before <= least) break;
    if (iteration < iterations) steps = differentiate(trajectory, goal);
  }
  if (trajectory.gains.empty()) {  // nothing was better
    Law law;
    for (double r = 1e-6; !plan(steps, trajectory.actions, r, law);) r *= 10.0;
    trajectory.gains = law.gains;
  }
}

}  // namespace fm

#include "libfm/expert/ilqr_policy.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/expert/spline.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {

IlqrPolicy::IlqrPolicy(const IlqrOptions& options, const EnvFactory& env, std::uint64_t seed)
    : options_(options), ilqr_(env), stream_(seed, "ilqr"),
      steps_(std::max(1, static_cast<int>(std::lround(options.horizon / env.spec.time_step)))) {}

void IlqrPolicy::reset(int, std::span<const int> rows) {
  for (const int row : rows) plans_.erase(row);
}

void IlqrPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  if (input.states == nullptr) throw_input_error("ilqr: the environment's state is not known here");
  output.actions.resize(input.observations.rows(), std::ssize(ilqr_.spec().actions));
  for (Eigen::Index i = 0; i < output.actions.rows(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const Matrix state = input.states->row(i), goal = input.goals.row(i);
    stop_if_interrupted();  // a plan takes long
    const auto [found, is_new] = plans_.try_emplace(input.copy(i));
    Plan& plan = found->second;
    if (is_new) {
      plan = {first_plan(state, goal, stream_.at(input.episodes[k], input.steps[k])), input.steps[k]};
    } else if (input.steps[k] - plan.planned_at >= static_cast<std::uint32_t>(options_.plan_every)) {
      plan_again(plan, state, goal, input.steps[k]);
    }
    const auto t = std::min<Eigen::Index>(input.steps[k] - plan.planned_at, plan.trajectory.actions.rows() - 1);
    output.actions.row(i) = ilqr_.action(plan.trajectory, t, state, 0);
  }
}

Matrix IlqrPolicy::random_sequence(Draws& draws) const {
  const std::vector<Dimension>& bounds = ilqr_.spec().actions;
  Matrix knots(options_.knots, bounds.size()), actions(steps_, bounds.size());
  for (Eigen::Index j = 0; j < knots.cols(); ++j) {
    const Dimension& d = bounds[static_cast<std::size_t>(j)];
    for (Eigen::Index k = 0; k < knots.rows(); ++k) knots(k, j) = draws.below(2) == 0 ? d.low : d.high;
  }
  // Knots at random distances: the switches of a bang-bang control are at no regular times.
  const double shift = draws.uniform(), stretch = draws.uniform(0.3, 1.0);
  for (int t = 0; t < steps_; ++t) {
    actions.row(t) = spline_at("hold", knots, shift + stretch * t * static_cast<double>(options_.knots - 1) / steps_);
  }
  return actions;
}

IlqrTrajectory IlqrPolicy::first_plan(const Matrix& state, const Matrix& goal, Draws draws) {
  std::vector<Matrix> candidates = {Matrix::Zero(steps_, std::ssize(ilqr_.spec().actions))};
  while (std::ssize(candidates) < options_.candidates) candidates.push_back(random_sequence(draws));
  const Eigen::VectorXd returns = ilqr_.evaluate(state, goal, candidates);
  std::vector<Eigen::Index> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](Eigen::Index a, Eigen::Index b) { return returns[a] > returns[b]; });
  IlqrTrajectory best;
  for (std::size_t i = 0; i < std::min(order.size(), static_cast<std::size_t>(options_.improved)); ++i) {
    IlqrTrajectory each = ilqr_.simulate(state, goal, candidates[static_cast<std::size_t>(order[i])]);
    ilqr_.improve(each, goal, options_.first_iterations);
    if (i == 0 || each.total_reward > best.total_reward) best = std::move(each);
  }
  return best;
}

void IlqrPolicy::plan_again(Plan& plan, const Matrix& state, const Matrix& goal, std::uint32_t step) {
  plan = {ilqr_.follow(plan.trajectory, static_cast<Eigen::Index>(step - plan.planned_at), state, goal), step};
  ilqr_.improve(plan.trajectory, goal, options_.iterations);
}

}  // namespace fm

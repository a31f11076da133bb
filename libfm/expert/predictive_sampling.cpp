#include "libfm/expert/predictive_sampling.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fm {

PredictiveSampling::PredictiveSampling(const PredictiveSamplingOptions& options, EnvFactory env, std::uint64_t seed)
    : options_(options), factory_(std::move(env)), stream_(seed, "predictive sampling"),
      steps_(std::max(1, static_cast<int>(std::lround(options.horizon / factory_.spec.time_step)))) {
  if (factory_.spec.states.empty()) {
    throw_input_error("expert.name: predictive_sampling sets states, but those of environment '{}' cannot be set",
                      factory_.spec.name);
  }
  if (!are_bounded(factory_.spec.actions)) {
    throw_input_error("expert.name: predictive_sampling needs bounded actions, those of environment '{}' are not",
                      factory_.spec.name);
  }
}

void PredictiveSampling::reset(int, std::span<const int> rows) {
  for (const int row : rows) plans_.erase(row);
}

double PredictiveSampling::knots_per_step() const { return static_cast<double>(options_.knots - 1) / steps_; }

void PredictiveSampling::act(const PolicyInput& input, PolicyOutput& output) {
  if (input.states == nullptr) throw_input_error("predictive_sampling: the environment's state is not known here");
  const auto actions = std::ssize(factory_.spec.actions);
  output.actions.resize(input.observations.rows(), actions);
  for (Eigen::Index i = 0; i < output.actions.rows(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const auto [found, is_new] = plans_.try_emplace(input.copy(i));
    Plan& plan = found->second;
    if (is_new) plan = {clipped(Matrix::Zero(options_.knots, actions)), 0.0, input.steps[k]};
    const std::uint32_t age = input.steps[k] - plan.planned_at;
    if (is_new || age >= static_cast<std::uint32_t>(options_.plan_every)) {
      stop_if_interrupted();
      shift(plan, input.steps[k]);
      Draws draws = stream_.at(input.episodes[k], input.steps[k]);
      for (int round = 0; round < options_.iterations; ++round) improve(plan, input, i, draws);
    }
    output.actions.row(i) = action(plan.knots, plan.begin, input.steps[k] - plan.planned_at);
  }
  output.actions = clipped(std::move(output.actions));
}

Eigen::RowVectorXd PredictiveSampling::action(const Matrix& knots, double begin, std::uint32_t step) const {
  return spline_at(options_.interpolation, knots, begin + step * knots_per_step());
}

void PredictiveSampling::shift(Plan& plan, std::uint32_t step) const {
  const double time = plan.begin + (step - plan.planned_at) * knots_per_step();
  const auto [knots, begin] = shifted(options_.interpolation, plan.knots, time);
  plan = {knots, begin, step};
}

void PredictiveSampling::improve(Plan& plan, const PolicyInput& input, Eigen::Index row, Draws& draws) {
  std::vector<Matrix> candidates(static_cast<std::size_t>(options_.samples), plan.knots);
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(candidates.size() - 1);
    const double noise = options_.finest * std::pow(options_.noise / options_.finest, share);
    for (Eigen::Index k = 0; k < candidates[i].rows(); ++k) {
      for (std::size_t j = 0; j < factory_.spec.actions.size(); ++j) {
        const Dimension& d = factory_.spec.actions[j];
        candidates[i](k, static_cast<Eigen::Index>(j)) += noise * draws.normal() * (d.high - d.low) / 2.0;
      }
    }
    candidates[i] = clipped(std::move(candidates[i]));
  }
  plan.knots = choose(candidates, simulate(candidates, plan.begin, input, row));
}

Eigen::VectorXd PredictiveSampling::simulate(const std::vector<Matrix>& candidates, double begin,
                                             const PolicyInput& input, Eigen::Index row) {
  if (!env_) env_ = factory_.make(options_.samples);
  std::vector<int> all(candidates.size());
  std::iota(all.begin(), all.end(), 0);
  env_->set_states(all, input.states->row(row).replicate(options_.samples, 1));
  if (input.goals.cols() > 0) env_->set_goals(all, input.goals.row(row).replicate(options_.samples, 1));
  Eigen::VectorXd returns = Eigen::VectorXd::Zero(options_.samples);
  Matrix actions(options_.samples, std::ssize(factory_.spec.actions));
  StepResult result;
  for (int step = 0; step < steps_; ++step) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      actions.row(static_cast<Eigen::Index>(i)) = action(candidates[i], begin, static_cast<std::uint32_t>(step));
    }
    env_->step(actions, result);
    returns += result.rewards;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (result.diverged[i] != 0) returns[static_cast<Eigen::Index>(i)] = -std::numeric_limits<double>::infinity();
    }
  }
  return returns;
}

Matrix PredictiveSampling::choose(const std::vector<Matrix>& candidates, const Eigen::VectorXd& returns) const {
  Eigen::Index best = 0;
  const double highest = returns.maxCoeff(&best);
  const Eigen::ArrayXd finite = returns.array().isFinite().select(returns.array(), highest);
  const double spread = std::sqrt((finite - finite.mean()).square().mean());
  if (options_.temperature == 0.0 || !(spread > 0.0)) return candidates[static_cast<std::size_t>(best)];
  const Eigen::ArrayXd weights = ((returns.array() - highest) / (options_.temperature * spread)).exp();
  Matrix average = Matrix::Zero(candidates[0].rows(), candidates[0].cols());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    average += weights[static_cast<Eigen::Index>(i)] / weights.sum() * candidates[i];
  }
  return average;
}

Matrix PredictiveSampling::clipped(Matrix knots) const {
  for (std::size_t j = 0; j < factory_.spec.actions.size(); ++j) {
    const Dimension& d = factory_.spec.actions[j];
    auto column = knots.col(static_cast<Eigen::Index>(j));
    column = column.cwiseMax(d.low).cwiseMin(d.high).eval();
  }
  return knots;
}

}  // namespace fm

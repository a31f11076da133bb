#include "libfm/policy/model_policy.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace fm {

ModelPolicy::ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
    : model_(std::move(model)), noise_(noise), options_(model_->parameters().front().options()) {
  const PolicyDescription& d = model_->description();
  if (d.sampler.executed > d.policy.horizon.prediction) {
    throw_input_error("sampler.executed: {} actions cannot be executed of policy.horizon.prediction: {}",
                      d.sampler.executed, d.policy.horizon.prediction);
  }
}

void ModelPolicy::reset(int copies, std::span<const int> rows) {
  rows_.resize(static_cast<std::size_t>(copies));
  for (const int i : rows) rows_[static_cast<std::size_t>(i)] = Row();
}

void ModelPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const at::NoGradGuard no_grad;
  rows_.resize(static_cast<std::size_t>(input.observations.rows()));
  observe(input);
  std::vector<int> new_rows, later_rows;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!is_due(rows_[i])) continue;
    const bool from_last = model_->description().sampler.warm_start > 0.0 && !rows_[i].predictions.empty();
    (from_last ? later_rows : new_rows).push_back(static_cast<int>(i));
  }
  if (!new_rows.empty()) predict(input, new_rows, false);
  if (!later_rows.empty()) predict(input, later_rows, true);

  Matrix actions(input.observations.rows(), rows_.front().predictions.front().actions.cols());
  for (std::size_t i = 0; i < rows_.size(); ++i) actions.row(static_cast<Eigen::Index>(i)) = next_action(rows_[i]);
  output.actions = to_matrix(model_->executable(view_as_tensor(actions).to(options_)));
}

/// Every sampler.executed steps.
bool ModelPolicy::is_due(const Row& row) const {
  return row.predictions.empty() || row.predictions.front().age >= model_->description().sampler.executed;
}

/// An episode's first observation stands for those before it.
void ModelPolicy::observe(const PolicyInput& input) {
  const Eigen::Index history = model_->description().policy.horizon.observations;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    const auto now = input.observations.row(static_cast<Eigen::Index>(i));
    if (row.fresh) {
      row.observations = now.replicate(history, 1);
    } else {
      row.observations.topRows(history - 1) = row.observations.bottomRows(history - 1).eval();
      row.observations.row(history - 1) = now;
    }
    row.fresh = false;
  }
}

void ModelPolicy::predict(const PolicyInput& input, const std::vector<int>& rows, bool from_last) {
  const PolicyDescription& d = model_->description();
  const Eigen::Index n = static_cast<Eigen::Index>(rows.size()), h = d.policy.horizon.observations;
  const std::int64_t horizon = d.policy.horizon.prediction, width = static_cast<std::int64_t>(d.spec.actions.size());
  Matrix observations(n, h * input.observations.cols()), goals(n, input.goals.cols());
  std::vector<std::uint64_t> episodes;
  std::vector<std::uint32_t> steps;
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto i = static_cast<std::size_t>(rows[static_cast<std::size_t>(k)]);
    observations.row(k) = rows_[i].observations.reshaped<Eigen::RowMajor>().transpose();
    goals.row(k) = input.goals.row(static_cast<Eigen::Index>(i));
    episodes.push_back(input.episodes[i]);
    steps.push_back(input.steps[i]);
  }
  const bool noisy = d.sampler.action_noise > 0.0;
  const std::int64_t count = model_->noises();
  const at::Tensor drawn = draw_noise(noise_, episodes, steps, count + (noisy ? 1 : 0), horizon, width).to(options_);
  const at::Tensor noise = drawn.slice(1, 0, count);
  const Condition condition =
      model_->condition(view_as_tensor(observations).to(options_).view({n, h, input.observations.cols()}),
                        view_as_tensor(goals).to(options_));
  at::Tensor actions = from_last ? model_->refine(condition, noise, guesses(rows)) : model_->sample(condition, noise);
  if (noisy) actions = actions + d.sampler.action_noise * drawn.select(1, count);

  // With an ensemble, as many predictions are kept as can still speak about the present step.
  const std::size_t kept =
      d.sampler.ensemble > 0.0 ? static_cast<std::size_t>((horizon + d.sampler.executed - 1) / d.sampler.executed) : 1;
  const Matrix flat = to_matrix(actions);
  for (Eigen::Index k = 0; k < n; ++k) {
    auto& predictions = rows_[static_cast<std::size_t>(rows[static_cast<std::size_t>(k)])].predictions;
    predictions.push_front({flat.row(k).reshaped<Eigen::RowMajor>(horizon, width)});
    if (predictions.size() > kept) predictions.resize(kept);
  }
}

/// The last predictions, moved on to now; their last action stands for what lies beyond them.
at::Tensor ModelPolicy::guesses(const std::vector<int>& rows) const {
  const auto horizon = static_cast<Eigen::Index>(model_->description().policy.horizon.prediction);
  const auto width = static_cast<Eigen::Index>(model_->description().spec.actions.size());
  Matrix flat(rows.size(), horizon * width);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const Prediction& last = rows_[static_cast<std::size_t>(rows[k])].predictions.front();
    for (Eigen::Index i = 0; i < horizon; ++i) {
      flat.row(static_cast<Eigen::Index>(k)).segment(i * width, width) =
          last.actions.row(std::min(i + last.age, horizon - 1));
    }
  }
  return view_as_tensor(flat).to(options_).view({flat.rows(), horizon, width}).clone();
}

Eigen::RowVectorXf ModelPolicy::next_action(Row& row) const {
  const double decay = model_->description().sampler.ensemble;
  Eigen::RowVectorXf sum = Eigen::RowVectorXf::Zero(row.predictions.front().actions.cols());
  double total = 0.0, weight = 1.0;
  for (Prediction& prediction : row.predictions) {
    if (prediction.age < prediction.actions.rows()) {
      sum += static_cast<float>(weight) * prediction.actions.row(prediction.age);
      total += weight;
    }
    ++prediction.age;
    weight *= std::exp(-decay);
  }
  return total == 1.0 ? sum : (sum / static_cast<float>(total)).eval();
}

}  // namespace fm

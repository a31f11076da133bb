#include "libfm/policy/model_policy.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

namespace fm {

ModelPolicy::ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
    : model_(std::move(model)), noise_(noise), options_(model_->parameters().front().options()),
      horizon_(model_->description()) {}

void ModelPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const at::NoGradGuard no_grad;
  const PolicyDescription& d = model_->description();
  horizon_.observe(input.observations, input.goals);
  const int rows = static_cast<int>(input.observations.rows());
  std::vector<int> new_rows, later_rows;
  for (int i = 0; i < rows; ++i) {
    if (!horizon_.is_due(i)) continue;
    const bool from_last = d.sampler.warm_start > 0.0 && horizon_.has_prediction(i);
    (from_last ? later_rows : new_rows).push_back(i);
  }
  if (!new_rows.empty()) predict(input, new_rows, false);
  if (!later_rows.empty()) predict(input, later_rows, true);

  Matrix actions(rows, d.spec.actions.size());
  for (int i = 0; i < rows; ++i) horizon_.next_action(i, row_span(actions, i));
  output.extras.resize(rows, 0);
  output.actions = to_matrix(model_->executable(view_as_tensor(actions).to(options_)));
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
    const std::span<const float> history = horizon_.history(static_cast<int>(i));
    observations.row(k) = Eigen::Map<const Eigen::RowVectorXf>(history.data(), observations.cols());
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

  Matrix flat = to_matrix(actions);
  for (Eigen::Index k = 0; k < n; ++k) {
    horizon_.add_prediction(rows[static_cast<std::size_t>(k)], row_span(flat, k));
  }
}

at::Tensor ModelPolicy::guesses(const std::vector<int>& rows) const {
  const std::int64_t horizon = model_->description().policy.horizon.prediction;
  const auto width = static_cast<std::int64_t>(model_->description().spec.actions.size());
  Matrix flat(rows.size(), horizon * width);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    horizon_.guess(rows[k], row_span(flat, static_cast<Eigen::Index>(k)));
  }
  return view_as_tensor(flat).to(options_).view({flat.rows(), horizon, width}).clone();
}

}  // namespace fm

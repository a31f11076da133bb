#include "libfm/policy/model_policy.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>

namespace fm {

ModelPolicy::ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
    : model_(std::move(model)), noise_(noise), options_(model_->parameters().front().options()) {}

void ModelPolicy::reset(int, std::span<const int>) {}

void ModelPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  const at::NoGradGuard no_grad;
  const std::vector<Dimension>& bounds = model_->description().spec.actions;
  const auto width = static_cast<std::int64_t>(bounds.size());
  const at::Tensor noise = draw_noise(noise_, input.episodes, input.steps, 1, width).to(options_);
  const Condition condition =
      model_->condition(view_as_tensor(input.observations).to(options_), view_as_tensor(input.goals).to(options_));
  output.actions = to_matrix(model_->action_normaliser().denormalise(model_->sample(condition, noise)));
  for (Eigen::Index j = 0; j < output.actions.cols(); ++j) {
    const Dimension& bound = bounds[static_cast<std::size_t>(j)];
    output.actions.col(j) =
        output.actions.col(j).cwiseMax(static_cast<float>(bound.low)).cwiseMin(static_cast<float>(bound.high));
  }
}

}  // namespace fm

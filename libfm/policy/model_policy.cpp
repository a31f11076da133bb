#include "libfm/policy/model_policy.hpp"

#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace fm {
namespace {

/// The memory as a tensor of shape[0] rows on the CPU; rows beyond `present` are zeros.
template <class T>
at::Tensor zero_padded(const T* data, std::int64_t present, std::vector<std::int64_t> shape) {
  constexpr at::ScalarType type = std::is_same_v<T, float> ? at::kFloat : at::kDouble;
  const std::int64_t rows = shape.front();
  shape.front() = present;
  const at::Tensor view = at::from_blob(const_cast<T*>(data), shape, type);
  if (present == rows) return view;
  shape.front() = rows;
  at::Tensor all = at::zeros(shape, type);
  all.slice(0, 0, present).copy_(view);
  return all;
}

}  // namespace

ModelPredictor::ModelPredictor(std::shared_ptr<const PolicyModel> model)
    : model_(std::move(model)), options_(model_->parameters().front().options()) {}

void ModelPredictor::predict(const PredictionRows& in) {
  const at::NoGradGuard no_grad;
  const PolicyDescription& d = description();
  const std::ptrdiff_t observations = std::ssize(d.spec.observations) * d.policy.horizon.observations;
  const std::ptrdiff_t goals = std::ssize(d.spec.goals);
  const std::ptrdiff_t size = d.policy.horizon.prediction * std::ssize(d.spec.actions);
  for (int begin = 0; begin < in.rows; begin += batch_rows) {
    predict_batch({.rows = std::min(batch_rows, in.rows - begin),
                   .observations = in.observations + begin * observations,
                   .goals = in.goals + begin * goals,
                   .noise = in.noise + begin * size * noises(),
                   .guesses = in.guesses != nullptr ? in.guesses + begin * size : nullptr,
                   .actions = in.actions + begin * size});
  }
}

void ModelPredictor::predict_batch(const PredictionRows& in) const {
  const PolicyDescription& d = description();
  const std::int64_t rows = single_row_ ? in.rows : batch_rows;
  const std::int64_t horizon = d.policy.horizon.prediction, width = std::ssize(d.spec.actions);
  const auto tensor = [&](const auto* data, std::vector<std::int64_t> shape) {
    shape.insert(shape.begin(), rows);
    return zero_padded(data, in.rows, std::move(shape));
  };
  const Condition condition =
      model_->condition(tensor(in.observations, {d.policy.horizon.observations, std::ssize(d.spec.observations)}),
                        tensor(in.goals, {std::ssize(d.spec.goals)}));
  const at::Tensor noise = tensor(in.noise, {noises(), horizon, width}).to(options_);
  const at::Tensor actions = in.guesses != nullptr
                                 ? model_->refine(condition, noise, tensor(in.guesses, {horizon, width}).to(options_))
                                 : model_->sample(condition, noise);
  at::from_blob(in.actions, {in.rows, horizon, width}, at::kFloat).copy_(actions.slice(0, 0, in.rows));
}

void ModelPredictor::execute(const FloatMatrix& normalised, Matrix& actions) const {
  const at::NoGradGuard no_grad;
  view_as_tensor(actions).copy_(model_->executable(view_as_tensor(normalised)));
}

}  // namespace fm

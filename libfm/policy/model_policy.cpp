#include "libfm/policy/model_policy.hpp"

#include "libfm/core/log.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <mutex>

namespace fm {
namespace {

/// LibTorch has 32 streams for all threads: with more, a thread's work could go into the graph of another.
constexpr int most_recording_threads = 16;

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
    : model_(std::move(model)), options_(model_->parameters().front().options()), stream_(options_.device()),
      records_(options_.device().is_cuda() && cuda_support() != nullptr && model_->repeats_sampling() &&
               threads() <= most_recording_threads) {
  static std::once_flag said;
  if (!options_.device().is_cuda() || threads() <= most_recording_threads) return;
  std::call_once(said, [] {
    spdlog::warn("threads: with more than {}, policies on CUDA launch every kernel by itself, which is slower",
                 most_recording_threads);
  });
}

void ModelPredictor::prepare(int rows) {
  const int before = rows_;
  if (rows == 1) {
    rows_ = 1;
  } else if (options_.device().is_cuda()) {
    rows_ = (rows + cuda_batch_rows - 1) / cuda_batch_rows * cuda_batch_rows;
  } else {
    rows_ = batch_rows;
  }
  if (rows_ != before) from_noise_ = {}, from_guess_ = {};
}

void ModelPredictor::predict(const PredictionRows& in) {
  const at::NoGradGuard no_grad;
  const auto on_stream = stream_.enter();
  const PolicyDescription& d = description();
  const std::ptrdiff_t observations = std::ssize(d.spec.observations) * d.policy.horizon.observations;
  const std::ptrdiff_t goals = std::ssize(d.spec.goals);
  const std::ptrdiff_t size = d.policy.horizon.prediction * std::ssize(d.spec.actions);
  const int most = rows_ == 1 ? in.rows : rows_;
  for (int begin = 0; begin < in.rows; begin += most) {
    predict_batch({.rows = std::min(most, in.rows - begin),
                   .observations = in.observations + begin * observations,
                   .goals = in.goals + begin * goals,
                   .noise = in.noise + begin * size * noises(),
                   .guesses = in.guesses != nullptr ? in.guesses + begin * size : nullptr,
                   .actions = in.actions + begin * size});
  }
}

void ModelPredictor::predict_batch(const PredictionRows& in) {
  const DeviceBatch batch = load(in);
  const bool records = records_ && (rows_ > 1 || in.rows == 1);
  const at::Tensor actions =
      records ? repeated(batch, in.guesses != nullptr ? from_guess_ : from_noise_) : sampled(batch);
  const std::int64_t horizon = actions.size(1), width = actions.size(2);
  at::from_blob(in.actions, {in.rows, horizon, width}, at::kFloat).copy_(actions.slice(0, 0, in.rows));
}

ModelPredictor::DeviceBatch ModelPredictor::load(const PredictionRows& in) const {
  const PolicyDescription& d = description();
  const std::int64_t rows = rows_ == 1 ? in.rows : rows_;
  const std::int64_t horizon = d.policy.horizon.prediction, width = std::ssize(d.spec.actions);
  const auto tensor = [&](const auto* data, std::vector<std::int64_t> shape) {
    shape.insert(shape.begin(), rows);
    return zero_padded(data, in.rows, std::move(shape));
  };
  return {.condition = model_->condition(
              tensor(in.observations, {d.policy.horizon.observations, std::ssize(d.spec.observations)}),
              tensor(in.goals, {std::ssize(d.spec.goals)})),
          .noise = tensor(in.noise, {noises(), horizon, width}).to(options_),
          .guesses = in.guesses != nullptr ? tensor(in.guesses, {horizon, width}).to(options_) : at::Tensor()};
}

at::Tensor ModelPredictor::sampled(const DeviceBatch& batch) const {
  return batch.guesses.defined() ? model_->refine(batch.condition, batch.noise, batch.guesses)
                                 : model_->sample(batch.condition, batch.noise);
}

at::Tensor ModelPredictor::repeated(const DeviceBatch& batch, Repeated& work) const {
  constexpr int unrecorded = 2;  // in the first ones, libraries choose their kernels and allocate what they keep
  if (work.runs++ < unrecorded) return sampled(batch);
  if (!work.graph) {
    work.batch = batch;
    work.graph = cuda_support()->make_graph();
    work.graph->record([&] { work.batch.actions = sampled(work.batch); });
  } else {
    work.batch.condition.observations.copy_(batch.condition.observations);
    work.batch.condition.goal.copy_(batch.condition.goal);
    work.batch.noise.copy_(batch.noise);
    if (batch.guesses.defined()) work.batch.guesses.copy_(batch.guesses);
  }
  work.graph->replay();
  return work.batch.actions;
}

void ModelPredictor::execute(const FloatMatrix& normalised, const Matrix& references, Matrix& actions) const {
  const at::NoGradGuard no_grad;
  view_as_tensor(actions).copy_(model_->executable(view_as_tensor(normalised), view_as_tensor(references)));
}

}  // namespace fm

#include "libfm/experiment/engine.hpp"

#include "libfm/policy/model_policy.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include <ATen/ops/empty_like.h>

namespace fm {
namespace {

Engine libtorch_engine(std::shared_ptr<const PolicyModel> model) {
  return {.make_policy = [model](const RandomStream& noise) { return std::make_unique<ModelPolicy>(model, noise); },
          .sample = [model](const Condition& c, const at::Tensor& noise) { return model->sample(c, noise); }};
}

at::Tensor as_float32(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

at::Tensor sample_with(const RealtimeModel& model, const Condition& condition, const at::Tensor& noise) {
  const at::Tensor observations = as_float32(condition.observations), goals = as_float32(condition.goal);
  const at::Tensor z0 = as_float32(noise.select(1, 0));
  at::Tensor actions = at::empty_like(z0);
  const int rows = static_cast<int>(z0.size(0));
  RealtimeWorkspace workspace = model.workspace(rows);
  model.sample({.rows = rows,
                .observations = observations.data_ptr<float>(),
                .goals = goals.data_ptr<float>(),
                .noise = z0.data_ptr<float>(),
                .guess = nullptr,
                .actions = actions.data_ptr<float>()},
               workspace);
  return actions.to(noise.options());
}

Engine realtime_engine(std::shared_ptr<const RealtimeModel> model) {
  return {.make_policy = [model](const RandomStream& noise) { return std::make_unique<RealtimePolicy>(model, noise); },
          .sample = [model](const Condition& c, const at::Tensor& noise) { return sample_with(*model, c, noise); }};
}

}  // namespace

Engine make_engine(std::shared_ptr<const PolicyModel> model, const std::filesystem::path& checkpoint) {
  const SamplerOptions& sampler = model->description().sampler;
  if (sampler.engine == "libtorch") return libtorch_engine(std::move(model));
  const Precision precision = sampler.engine == "realtime" ? Precision::float32 : Precision::bfloat16;
  return realtime_engine(load_realtime(checkpoint, {.precision = precision, .sampler = sampler}));
}

}  // namespace fm

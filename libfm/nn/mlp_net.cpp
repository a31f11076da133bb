#include "libfm/nn/mlp_net.hpp"

#include "libfm/nn/cuda_passes.hpp"
#include "libfm/nn/fused_mlp.hpp"
#include "libfm/nn/kernels.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace fm {

MlpNet::MlpNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), inputs_(s.action_horizon * s.actions), outputs_(s.action_horizon * s.row_outputs()),
      features_(*this, options.time_embedding, s) {
  mlp_ = register_module("mlp", std::make_shared<Mlp>(inputs_ + features_.size(), options.mlp.hidden, outputs_, init));
}

at::Tensor MlpNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const at::Tensor first = z.defined() ? z.flatten(1) : z, observations = condition.observations.flatten(1);
  const at::Tensor y = passes_on_cuda(first, times, observations)
                           ? outputs_on_cuda(first, times.select(1, 0), features_.embedding().frequencies(),
                                             observations, mlp_->layers())
                           : mlp_->forward(features_.joined(first, times, observations, condition));
  return y.view({y.size(0), sizes().action_horizon, sizes().row_outputs()});
}

bool MlpNet::passes_on_cuda(const at::Tensor& z, const at::Tensor& times, const at::Tensor& observations) const {
  if (!z.defined() || !z.is_cuda() || at::GradMode::is_enabled()) return false;
  return features_.fixed() && sizes().times == 1 && !sizes().committed && observations.scalar_type() == at::kFloat &&
         times.scalar_type() == at::kFloat && !times._fw_grad(0).defined() && cuda_passes_apply(z, mlp_->layers());
}

bool MlpNet::can_regress(const at::Tensor& actions, const Condition& condition) const {
  return fused_mlp_applies(actions, mlp_->layers()) && regresses_on(actions, condition) &&
         condition.observations.is_cpu();
}

bool MlpNet::regresses_on(const at::Tensor& actions, const Condition& condition) const {
  const at::Tensor& seen = condition.observations;
  return features_.fixed() && sizes().times == 1 && !sizes().committed && inputs_ == outputs_ &&
         seen.scalar_type() == at::kFloat && std::ranges::all_of(mlp_->layers(), &at::Tensor::requires_grad) &&
         actions.numel() == actions.size(0) * outputs_ &&
         seen.numel() == actions.size(0) * (features_.size() - features_.time_size());
}

at::Tensor MlpNet::try_regression(const DevicePoints& points, const Condition& condition) const {
  if (!cuda_passes_apply(points.x1, mlp_->layers()) || !regresses_on(points.x1, condition)) return {};
  return regress_mlp_on_cuda(points, features_.embedding().frequencies(), condition.observations.flatten(1),
                             mlp_->layers());
}

/// The inputs are output()'s: [z, embedded time, observations].
std::optional<double> MlpNet::try_regression(const FillPathRows& fill, const at::Tensor& actions,
                                             const Condition& condition) const {
  if (!can_regress(actions, condition)) return std::nullopt;
  const at::Tensor observations = condition.observations.contiguous();
  const float* observed = observations.const_data_ptr<float>();
  const float* frequencies = features_.embedding().frequencies().const_data_ptr<float>();
  const int waves = features_.embedding().size(), seen = features_.size() - waves, width = outputs_ + features_.size();
  const EmbedTimes embed = embedding_kernel();
  const auto fill_rows = [&](const RegressionRows& rows) {
    thread_local std::vector<float> points;
    points.resize(static_cast<std::size_t>(rows.count) * (outputs_ + 1));
    float *z = points.data(), *times = z + static_cast<std::ptrdiff_t>(rows.count) * outputs_;
    fill({rows.begin, rows.count, z, times, rows.targets, rows.weights});
    for (int i = 0; i < rows.count; ++i) {
      float* input = rows.inputs + static_cast<std::ptrdiff_t>(i) * width;
      std::copy_n(z + static_cast<std::ptrdiff_t>(i) * outputs_, outputs_, input);
      std::copy_n(observed + static_cast<std::ptrdiff_t>(rows.begin + i) * seen, seen, input + outputs_ + waves);
    }
    embed(rows.count, waves / 2, times, frequencies, rows.inputs + outputs_, width);
  };
  return regress_mlp(observations.size(0), fill_rows, mlp_->layers());
}

}  // namespace fm

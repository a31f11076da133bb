#include "libfm/nn/mlp_velocity_net.hpp"

#include "libfm/nn/fused_mlp.hpp"
#include "libfm/nn/kernels.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>

namespace fm {

MlpVelocityNet::MlpVelocityNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : outputs_(s.action_horizon * s.actions), features_(*this, options.time_embedding, s) {
  const int inputs = outputs_ + features_.size();
  mlp_ = register_module("mlp", std::make_shared<Mlp>(inputs, options.mlp.hidden, outputs_, init));
}

at::Tensor MlpVelocityNet::velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  return mlp_->forward(at::cat({z.flatten(1), features_.all(times, condition)}, 1)).view(z.sizes());
}

bool MlpVelocityNet::regresses(const at::Tensor& actions, const Condition& condition) const {
  const at::Tensor& seen = condition.observations;
  const bool one_time = features_.time_size() == features_.embedding().size();
  return features_.fixed() && one_time && fused_mlp_applies(actions, mlp_->layers()) &&
         std::ranges::all_of(mlp_->layers(), &at::Tensor::requires_grad) && seen.is_cpu() &&
         seen.scalar_type() == at::kFloat && actions.numel() == actions.size(0) * outputs_ &&
         seen.numel() == actions.size(0) * (features_.size() - features_.time_size());
}

/// The inputs are velocity()'s: [z, embedded time, observations].
double MlpVelocityNet::regress(const MakePathRows& make, const Condition& condition) const {
  const at::Tensor observations = condition.observations.contiguous();
  const float* observed = observations.const_data_ptr<float>();
  const float* frequencies = features_.embedding().frequencies().const_data_ptr<float>();
  const int waves = features_.embedding().size(), seen = features_.size() - waves, width = outputs_ + features_.size();
  const EmbedTimes embed = embedding_kernel();
  const auto make_rows = [&](const RegressionRows& rows) {
    thread_local std::vector<float> points;
    points.resize(static_cast<std::size_t>(rows.count) * (outputs_ + 1));
    float *z = points.data(), *times = z + static_cast<std::ptrdiff_t>(rows.count) * outputs_;
    make({rows.begin, rows.count, z, times, rows.targets, rows.weights});
    for (int i = 0; i < rows.count; ++i) {
      float* input = rows.inputs + static_cast<std::ptrdiff_t>(i) * width;
      std::copy_n(z + static_cast<std::ptrdiff_t>(i) * outputs_, outputs_, input);
      std::copy_n(observed + static_cast<std::ptrdiff_t>(rows.begin + i) * seen, seen, input + outputs_ + waves);
    }
    embed(rows.count, waves / 2, times, frequencies, rows.inputs + outputs_, width);
  };
  return regress_mlp(observations.size(0), make_rows, mlp_->layers());
}

}  // namespace fm

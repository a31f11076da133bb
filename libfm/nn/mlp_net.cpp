#include "libfm/nn/mlp_net.hpp"

#include "libfm/nn/fused_mlp.hpp"
#include "libfm/nn/kernels.hpp"

#include <algorithm>

namespace fm {

MlpNet::MlpNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), inputs_(s.action_horizon * s.actions), outputs_(s.action_horizon * s.row_outputs()),
      features_(*this, options.time_embedding, s) {
  mlp_ = register_module("mlp", std::make_shared<Mlp>(inputs_ + features_.size(), options.mlp.hidden, outputs_, init));
}

at::Tensor MlpNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const at::Tensor first = z.defined() ? z.flatten(1) : z;
  const at::Tensor y = mlp_->forward(features_.joined(first, times, condition.observations.flatten(1), condition));
  return y.view({y.size(0), sizes().action_horizon, sizes().row_outputs()});
}

bool MlpNet::can_regress(const at::Tensor& actions, const Condition& condition) const {
  const at::Tensor& seen = condition.observations;
  return features_.fixed() && sizes().times == 1 && inputs_ == outputs_ && fused_mlp_applies(actions, mlp_->layers()) &&
         std::ranges::all_of(mlp_->layers(), &at::Tensor::requires_grad) && seen.is_cpu() &&
         seen.scalar_type() == at::kFloat && actions.numel() == actions.size(0) * outputs_ &&
         seen.numel() == actions.size(0) * (features_.size() - features_.time_size());
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

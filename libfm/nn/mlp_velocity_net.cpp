#include "libfm/nn/mlp_velocity_net.hpp"

#include <ATen/ops/cat.h>

namespace fm {

MlpVelocityNet::MlpVelocityNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : features_(*this, options.time_embedding, s) {
  const int outputs = s.action_horizon * s.actions;
  mlp_ = register_module("mlp", std::make_shared<Mlp>(outputs + features_.size(), options.mlp.hidden, outputs, init));
}

at::Tensor MlpVelocityNet::velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  return mlp_->forward(at::cat({z.flatten(1), features_.all(times, condition)}, 1)).view(z.sizes());
}

}  // namespace fm

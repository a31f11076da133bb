#include "libfm/nn/gru_velocity_net.hpp"

#include "libfm/core/error.hpp"
#include "libfm/nn/linear.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/gru_cell.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace fm {

GruVelocityNet::GruVelocityNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : features_(*this, options.time_embedding, s) {
  if (s.observations == 0)
    throw_input_error(
        "network.name: a gru needs observations to read, and there are none; take mlp, residual_mlp or transformer");
  const int width = options.gru.width, outputs = s.action_horizon * s.actions;
  const double bound = 1.0 / std::sqrt(width);
  const auto weights = [&](const char* name, at::IntArrayRef shape) {
    return register_parameter(name, uniform_weights(shape, bound, init.child(name), 0));
  };
  gru_ = {.input_weight = weights("input_weight", {3 * width, s.observations}),
          .state_weight = weights("state_weight", {3 * width, width}),
          .input_bias = weights("input_bias", {3 * width}),
          .state_bias = weights("state_bias", {3 * width})};
  mlp_ = register_module("mlp", std::make_shared<Mlp>(outputs + features_.time_size() + width + s.goals,
                                                      options.mlp.hidden, outputs, init));
}

at::Tensor Gru::read(const at::Tensor& sequence) const {
  at::Tensor state = at::zeros({sequence.size(0), state_weight.size(1)}, sequence.options());
  for (std::int64_t i = 0; i < sequence.size(1); ++i) {
    state = at::gru_cell(sequence.select(1, i), state, input_weight, state_weight, input_bias, state_bias);
  }
  return state;
}

at::Tensor GruVelocityNet::velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  std::vector<at::Tensor> inputs = {z.flatten(1), features_.time(times), gru_.read(condition.observations)};
  const at::Tensor goal = features_.goal(condition);
  if (goal.defined()) inputs.push_back(goal);
  return mlp_->forward(at::cat(inputs, 1)).view(z.sizes());
}

}  // namespace fm

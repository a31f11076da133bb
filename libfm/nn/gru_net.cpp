#include "libfm/nn/gru_net.hpp"

#include "libfm/core/error.hpp"
#include "libfm/nn/linear.hpp"

#include <ATen/ops/gru_cell.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace fm {

GruNet::GruNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), features_(*this, options.time_embedding, s) {
  if (s.observations == 0)
    throw_input_error(
        "network.name: a gru needs observations, but there are none; use mlp, residual_mlp, transformer or unet");
  const int width = options.gru.width, inputs = s.action_horizon * s.actions + features_.time_size() + width + s.goals;
  const double bound = 1.0 / std::sqrt(width);
  const auto weights = [&](const char* name, at::IntArrayRef shape) {
    return register_parameter(name, uniform_weights(shape, bound, init.child(name), 0));
  };
  gru_ = {.input_weight = weights("input_weight", {3 * width, s.observations}),
          .state_weight = weights("state_weight", {3 * width, width}),
          .input_bias = weights("input_bias", {3 * width}),
          .state_bias = weights("state_bias", {3 * width})};
  mlp_ = register_module("mlp",
                         std::make_shared<Mlp>(inputs, options.mlp.hidden, s.action_horizon * s.row_outputs(), init));
}

at::Tensor Gru::read(const at::Tensor& sequence) const {
  at::Tensor state = at::zeros({sequence.size(0), state_weight.size(1)}, sequence.options());
  for (std::int64_t i = 0; i < sequence.size(1); ++i) {
    state = at::gru_cell(sequence.select(1, i), state, input_weight, state_weight, input_bias, state_bias);
  }
  return state;
}

at::Tensor GruNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const at::Tensor first = z.defined() ? z.flatten(1) : z;
  const at::Tensor y = mlp_->forward(features_.joined(first, times, gru_.read(condition.observations), condition));
  return y.view({y.size(0), sizes().action_horizon, sizes().row_outputs()});
}

}  // namespace fm

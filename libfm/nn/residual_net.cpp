#include "libfm/nn/residual_net.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/silu.h>
#include <fmt/format.h>

namespace fm {

ResidualNet::ResidualNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), features_(*this, options.time_embedding, s),
      adaptive_norm_(options.residual_mlp.conditioning == "adaln") {
  const auto& [width, blocks, conditioning] = options.residual_mlp;
  const int inputs = s.action_horizon * s.actions, outputs = s.action_horizon * s.row_outputs();
  const auto linear = [&](const std::string& name, int from, int to) {
    return register_module(name, std::make_shared<Linear>(from, to, init.child(name)));
  };
  enter_ = linear("enter", inputs + features_.size(), width);
  steer_ = linear("steer", features_.size(), width);
  for (int i = 0; i < blocks; ++i) {
    const auto name = [i](const char* part) { return fmt::format("block_{}_{}", i, part); };
    blocks_.push_back({linear(name("steer"), width, (adaptive_norm_ ? 3 : 2) * width),
                       linear(name("first"), width, width), linear(name("second"), width, width)});
    if (adaptive_norm_) blocks_.back().steer->set_zero();
  }
  leave_ = linear("leave", width, outputs);
}

at::Tensor ResidualNet::residual(const Block& block, const at::Tensor& x, const at::Tensor& c) const {
  const auto steering = block.steer->forward(c).chunk(adaptive_norm_ ? 3 : 2, 1);
  const auto modulate = [&](const at::Tensor& y) { return (1.0 + steering[0]) * y + steering[1]; };
  if (!adaptive_norm_) return block.second->forward(at::silu(modulate(block.first->forward(x))));
  const at::Tensor normal = at::layer_norm(x, {x.size(1)});
  return steering[2] * block.second->forward(at::silu(block.first->forward(modulate(normal))));
}

at::Tensor ResidualNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const at::Tensor features = features_.joined({}, times, condition.observations.flatten(1), condition);
  const at::Tensor c = at::silu(steer_->forward(features));
  at::Tensor x = enter_->forward(z.defined() ? at::cat({z.flatten(1), features}, 1) : features);
  for (const Block& block : blocks_) x = x + residual(block, x, c);
  const at::Tensor y = leave_->forward(at::silu(x));
  return y.view({y.size(0), sizes().action_horizon, sizes().row_outputs()});
}

}  // namespace fm

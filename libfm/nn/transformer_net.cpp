#include "libfm/nn/transformer_net.hpp"

#include "libfm/core/error.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/layer_norm.h>

namespace fm {
namespace {

at::Tensor normal_tokens(const at::Tensor& x) { return at::layer_norm(x, {x.size(-1)}); }

NetworkSizes without_committed(NetworkSizes sizes) {
  sizes.committed = false;
  return sizes;
}

}  // namespace

TransformerNet::TransformerNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), features_(*this, options.time_embedding, without_committed(s)) {
  const auto& [width, layers, heads] = options.transformer;
  if (width % heads != 0) {
    throw_input_error("network.transformer.heads: {} heads do not divide network.transformer.width: {}", heads, width);
  }
  const auto linear = [&](const char* name, int from, int to) {
    return from == 0 ? nullptr : register_module(name, std::make_shared<Linear>(from, to, init.child(name)));
  };
  const auto places = [&](const char* name, int count) {
    return register_parameter(name, uniform_weights({count, width}, 0.1, init.child(name), 0));
  };
  action_ = linear("action", s.actions, width);
  observation_ = linear("observation", s.observations, width);
  goal_ = linear("goal", s.goals, width);
  time_ = linear("time", features_.time_size(), width);
  action_places_ = places("action_places", s.action_horizon);
  if (observation_) observation_places_ = places("observation_places", s.observation_history);
  for (int i = 0; i < layers; ++i) {
    const RandomStream of_layer = init.child(fmt::format("layer {}", i));
    const auto name = [i](const char* part) { return fmt::format("layer_{}_{}", i, part); };
    layers_.push_back({register_module(name("attention"), std::make_shared<Attention>(width, heads, of_layer)),
                       register_module(name("mlp"), std::make_shared<Mlp>(width, std::vector<int>{4 * width}, width,
                                                                          of_layer.child("mlp")))});
  }
  leave_ = linear("leave", width, s.row_outputs());
}

at::Tensor TransformerNet::token_times(const at::Tensor& times, const Condition& condition, std::int64_t tokens) const {
  if (!sizes().committed || !condition.committed.defined()) {
    return time_->forward(features_.time(times, condition)).unsqueeze(1);
  }
  const std::int64_t rows = times.size(0);
  const at::Tensor given = at::arange(tokens, condition.committed.options()) < condition.committed.unsqueeze(1);
  const at::Tensor each = times.expand({rows, tokens}).masked_fill(given, 1.0);
  return time_->forward(features_.time(each.reshape({rows * tokens, 1}), condition)).view({rows, tokens, -1});
}

at::Tensor TransformerNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const std::int64_t rows = condition.observations.size(0), horizon = sizes().action_horizon;
  std::vector<at::Tensor> tokens = {action_ ? action_->forward(z) + action_places_
                                            : action_places_.expand({rows, horizon, action_places_.size(1)})};
  if (observation_) tokens.push_back(observation_->forward(condition.observations) + observation_places_);
  if (goal_) tokens.push_back(goal_->forward(features_.goal(condition)).unsqueeze(1));
  at::Tensor x = at::cat(tokens, 1);
  if (time_) x = x + token_times(times, condition, x.size(1));
  for (const Layer& layer : layers_) {
    x = x + layer.attention->forward(normal_tokens(x));
    x = x + layer.mlp->forward(normal_tokens(x));
  }
  return leave_->forward(normal_tokens(x.slice(1, 0, horizon)));
}

}  // namespace fm

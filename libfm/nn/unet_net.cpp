#include "libfm/nn/unet_net.hpp"

#include "libfm/core/error.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/mish.h>

#include <algorithm>

namespace fm {
namespace {

void check_unet(const UnetOptions& o, std::int64_t horizon) {
  if (o.kernel % 2 == 0) throw_input_error("network.unet.kernel: {} is even; set {}", o.kernel, o.kernel + 1);
  std::int64_t length = horizon;
  for (const int channels : o.channels) {
    if (channels % o.groups != 0) {
      throw_input_error("network.unet.groups: {} groups do not divide the {} channels of network.unet.channels",
                        o.groups, channels);
    }
    if (channels / o.groups * length < 2) {
      throw_input_error(
          "network.unet.groups: {} groups of {} channels at a length of 1 have a single number each, which group norm "
          "makes 0; use fewer groups",
          o.groups, channels);
    }
    length = (length + 1) / 2;
  }
}

}  // namespace

UnetNet::UnetNet(const NetworkOptions& options, const NetworkSizes& s, const RandomStream& init)
    : ConditionalNet(s), features_(*this, options.time_embedding, s) {
  const UnetOptions& o = options.unet;
  check_unet(o, s.action_horizon);
  const auto add = [&]<class Layer>(std::shared_ptr<Layer>& layer, const std::string& name, auto... shape) {
    layer = register_module(name, std::make_shared<Layer>(shape..., init.child(name)));
  };
  const int conditions = o.channels.back();
  const auto add_blocks = [&](Blocks& blocks, const std::string& name, int from, int channels) {
    for (int i = 0; i < o.blocks; ++i) {
      add(blocks.emplace_back(), fmt::format("{}_{}", name, i), i == 0 ? from : channels, channels, conditions,
          o.kernel, o.groups);
    }
  };
  if (s.actions == 0) chunk_ = register_parameter("chunk", uniform_weights({1, s.action_horizon}, 1.0, init, 0));
  add(steer_, "steer", features_.size(), conditions);
  int from = std::max(1, s.actions);
  for (std::size_t i = 0; i < o.channels.size(); ++i) {
    Level& level = levels_.emplace_back();
    const int channels = o.channels[i];
    const std::string name = fmt::format("level_{}_", i);
    add_blocks(level.down, name + "down", from, channels);
    from = channels;
    if (i + 1 == o.channels.size()) break;
    add(level.shorten, name + "shorten", channels, channels, 3, 2);
    add(level.lengthen, name + "lengthen", o.channels[i + 1], channels);
    add_blocks(level.up, name + "up", 2 * channels, channels);
  }
  const int widest = o.channels.front();
  add(last_, "last", widest, widest, o.kernel, o.groups);
  add(leave_, "leave", widest, s.row_outputs(), 1, 1);
}

at::Tensor UnetNet::pass(std::size_t i, at::Tensor x, const at::Tensor& c) const {
  const Level& level = levels_[i];
  for (const auto& block : level.down) x = block->forward(x, c);
  if (!level.shorten) return x;
  const at::Tensor below = pass(i + 1, level.shorten->forward(x), c);
  x = at::cat({level.lengthen->forward(below, x.size(2)), x}, 1);
  for (const auto& block : level.up) x = block->forward(x, c);
  return x;
}

at::Tensor UnetNet::output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
  const std::int64_t rows = condition.observations.size(0);
  const at::Tensor features = features_.joined({}, times, condition.observations.flatten(1), condition);
  const at::Tensor c = at::mish(steer_->forward(features));
  const at::Tensor x = chunk_.defined() ? chunk_.expand({rows, 1, -1}) : z.transpose(1, 2);
  return leave_->forward(last_->forward(pass(0, x, c))).transpose(1, 2).contiguous();
}

}  // namespace fm

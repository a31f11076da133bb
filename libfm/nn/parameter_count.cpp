#include "libfm/nn/parameter_count.hpp"

#include <unistd.h>

#include <algorithm>

namespace fm {
namespace {

double linear(double inputs, double outputs) { return (inputs + 1.0) * outputs; }

double mlp(double inputs, const std::vector<int>& hidden, double outputs) {
  double count = 0.0;
  for (const int width : hidden) {
    count += linear(inputs, width);
    inputs = width;
  }
  return count + linear(inputs, outputs);
}

double residual(const ResidualMlpOptions& o, double inputs, double features, double outputs) {
  const double width = o.width, parts = o.conditioning == "adaln" ? 3.0 : 2.0;
  const double block = linear(width, parts * width) + 2.0 * linear(width, width);
  return linear(inputs + features, width) + linear(features, width) + o.blocks * block + linear(width, outputs);
}

double transformer(const TransformerOptions& o, const NetworkSizes& s, double time_features) {
  const double width = o.width;
  const auto entrance = [&](double size) { return size > 0.0 ? linear(size, width) : 0.0; };
  const double places = (s.action_horizon + (s.observations > 0 ? s.observation_history : 0)) * width;
  const double layer =
      linear(width, 3.0 * width) + linear(width, width) + linear(width, 4.0 * width) + linear(4.0 * width, width);
  return entrance(s.actions) + entrance(s.observations) + entrance(s.goals) + entrance(time_features) + places +
         o.layers * layer + linear(width, s.row_outputs());
}

double convolution(double inputs, double outputs, double kernel) { return linear(inputs * kernel, outputs); }

double residual_convolutions(const UnetOptions& o, double inputs, double channels) {
  const double conditions = o.channels.back();
  const auto block = [&](double from) {
    const double bypass = from == channels ? 0.0 : linear(from, channels);
    return convolution(from, channels, o.kernel) + convolution(channels, channels, o.kernel) + 4.0 * channels +
           linear(conditions, 2.0 * channels) + bypass;
  };
  return block(inputs) + (o.blocks - 1.0) * block(channels);
}

double unet(const UnetOptions& o, const NetworkSizes& s, double features) {
  const double first = o.channels.front();
  double count = linear(features, o.channels.back()) + (s.actions == 0 ? s.action_horizon : 0.0) +
                 convolution(first, first, o.kernel) + 2.0 * first + linear(first, s.row_outputs());
  double from = std::max(1, s.actions);
  for (std::size_t i = 0; i < o.channels.size(); ++i) {
    const double channels = o.channels[i];
    count += residual_convolutions(o, from, channels);
    from = channels;
    if (i + 1 == o.channels.size()) break;
    count += convolution(channels, channels, 3.0) + 4.0 * channels * o.channels[i + 1] + channels +
             residual_convolutions(o, 2.0 * channels, channels);
  }
  return count;
}

double gru_cell(double width, double inputs) { return 3.0 * width * (inputs + width + 2.0); }

}  // namespace

double parameter_count(const NetworkOptions& o, const NetworkSizes& s) {
  const bool further = s.committed && o.name != "transformer";  // see condition_features.hpp and transformer_net.hpp
  const double time_features = (s.times + (further ? 1.0 : 0.0)) * o.time_embedding, null_goal = s.goals;
  const double inputs = static_cast<double>(s.action_horizon) * s.actions;
  const double outputs = static_cast<double>(s.action_horizon) * s.row_outputs();
  const double features = time_features + static_cast<double>(s.observation_history) * s.observations + s.goals;
  if (o.name == "residual_mlp") return null_goal + residual(o.residual_mlp, inputs, features, outputs);
  if (o.name == "transformer") return null_goal + transformer(o.transformer, s, time_features);
  if (o.name == "unet") return null_goal + unet(o.unet, s, features);
  if (o.name == "gru") {
    const double width = o.gru.width;
    return null_goal + gru_cell(width, s.observations) +
           mlp(inputs + time_features + width + s.goals, o.mlp.hidden, outputs);
  }
  if (o.name != "mlp") return 0.0;
  return null_goal + mlp(inputs + features, o.mlp.hidden, outputs);
}

double physical_memory() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

}  // namespace fm

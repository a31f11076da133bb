#include "libfm/nn/parameter_count.hpp"

#include <unistd.h>

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

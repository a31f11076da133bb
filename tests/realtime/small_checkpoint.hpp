#pragma once
// Checkpoints of small policies with random weights, so that every part has an effect; written without LibTorch.

#include "libfm/core/safetensors.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/task/environments.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace fm::test {

/// A flow policy for an environment whose units differ from the normalised ones.
inline PolicyDescription small_policy(const std::string& env = "pendulum") {
  EnvOptions options;
  options.name = env;
  PolicyDescription d;
  d.spec = make_env(options).spec;
  d.network = {
      .mlp = {{40, 24}}, .residual_mlp = {.width = 20, .blocks = 2, .conditioning = "adaln"}, .time_embedding = 8};
  d.sampler = {.solver = "euler", .steps = 4};
  const auto normalisation = [](const std::vector<Dimension>& dimensions, double offset) {
    return Normalisation{std::vector<double>(dimensions.size(), offset), std::vector<double>(dimensions.size(), 1.5)};
  };
  d.observations = normalisation(d.spec.observations, 0.1);
  d.actions = normalisation(d.spec.actions, 0.2);
  d.goals = normalisation(d.spec.goals, -0.1);
  return d;
}

class CheckpointWriter {
 public:
  explicit CheckpointWriter(const PolicyDescription& d) : d_(d) {
    content_.metadata = description_to_metadata(d);
    const int goals = static_cast<int>(d.spec.goals.size());
    add_network("net.", goals);
    if (d.policy.flow.null_goal == "separate" && goals > 0) add_network("null_net.", 0);
  }

  const SafeTensors& content() const { return content_; }

 private:
  void add_network(const std::string& name, int goals) {
    const bool two_times =
        d_.policy.name == "mean_flow" || d_.policy.name == "shortcut" || d_.policy.horizon.largest_delay > 0;
    const int z = d_.policy.horizon.prediction * static_cast<int>(d_.spec.actions.size());
    const int features = (two_times ? 2 : 1) * d_.network.time_embedding + goals +
                         d_.policy.horizon.observations * static_cast<int>(d_.spec.observations.size());
    prefix_ = "weights." + name;
    if (goals > 0) add("null_goal", {goals}, 1);
    d_.network.name == "mlp" ? add_mlp(z, features) : add_residual(z, features);
  }

  void add_mlp(int z, int features) {
    std::vector<int> widths = {z + features};
    widths.insert(widths.end(), d_.network.mlp.hidden.begin(), d_.network.mlp.hidden.end());
    widths.push_back(z);
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      add_layer("mlp." + std::to_string(i) + "_", widths[i + 1], widths[i]);
    }
  }

  void add_residual(int z, int features) {
    const auto& [width, blocks, conditioning] = d_.network.residual_mlp;
    add_layer("enter.", width, z + features);
    add_layer("steer.", width, features);
    for (int i = 0; i < blocks; ++i) {
      const std::string block = "block_" + std::to_string(i) + "_";
      add_layer(block + "steer.", (conditioning == "adaln" ? 3 : 2) * width, width);
      add_layer(block + "first.", width, width);
      add_layer(block + "second.", width, width);
    }
    add_layer("leave.", z, width);
  }

  void add_layer(const std::string& name, int outputs, int inputs) {
    add(name + "weight", {outputs, inputs}, inputs);
    add(name + "bias", {outputs}, inputs);
  }

  void add(const std::string& name, const std::vector<std::int64_t>& shape, int inputs) {
    std::vector<float> values(*bytes_needed(Dtype::F32, shape) / sizeof(float));
    Draws draws = RandomStream(1, "init").child(prefix_ + name).at(0);
    for (float& value : values) value = static_cast<float>(draws.normal() / std::sqrt(inputs));
    content_.tensors.push_back(make_safe_tensor<float>(prefix_ + name, shape, values));
  }

  PolicyDescription d_;
  std::string prefix_;
  SafeTensors content_;
};

inline SafeTensors small_checkpoint(const PolicyDescription& d) { return CheckpointWriter(d).content(); }

}  // namespace fm::test

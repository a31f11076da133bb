#pragma once
// An experiment that takes well under a second, with its runs in a folder of the test.

#include "libfm/experiment/experiment.hpp"
#include "libfm/policy/checkpoint.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm::test {

inline Experiment tiny_experiment(const std::filesystem::path& runs, const std::vector<std::string>& settings = {}) {
  std::vector<std::string> all = {"runs=" + runs.string(),
                                  "name=tiny",
                                  "device=cpu",
                                  "env.pendulum.horizon=20",
                                  "collect.episodes=2",
                                  "network.mlp.hidden=[8]",
                                  "network.time_embedding=4",
                                  "sampler.steps=2",
                                  "train.epochs=1",
                                  "train.best=loss",
                                  "train.rollout.every=0",
                                  "eval.episodes=3",
                                  "report.figures=false",
                                  "expert.optimal.resolution=20",
                                  "expert.optimal.torque_levels=2"};
  all.insert(all.end(), settings.begin(), settings.end());
  return default_experiment(all);
}

/// A checkpoint of the experiment's policy with fresh weights.
inline void write_untrained(const std::filesystem::path& file, const PolicyDescription& description) {
  const auto model = make_policy_model(description, RandomStream(1, "init"));
  write_safetensors(file, describe_checkpoint(*model, nullptr));
}

}  // namespace fm::test

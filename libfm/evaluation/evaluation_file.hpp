#pragma once
// evaluation.h5: what the pictures are drawn from, so that a user can draw them anew.
//
//   attributes of the root    format_version, env, policy, expert, solver, steps, time_step, horizon, and the names,
//                             units and bounds of observations, actions and states, one a line
//   /policy, /expert          returns (N), success (N); of the first K episodes, 20,000 steps in all,
//                             observations (K, T + 1, O), actions (K, T, A), states (K, T + 1, S), rewards (K, T);
//                             NaN behind an episode's end
//   /flow_field/I             of a named state (attribute label): velocity (times, actions) of the first action
//                             dimension, sampled trajectories (M, steps + 1), expert_action (A)
//   /denoising/I              of the same states: trajectories (M, steps + 1, A) from noise to action
//
// All actions are in the environment's units; velocities in those per unit of flow time.

#include "libfm/evaluation/evaluation.hpp"

#include <filesystem>
#include <string>

namespace fm {

struct EvaluationFileInput {
  EnvSpec spec;
  std::string expert;
  EnvFactory env_factory;  ///< empty: no figures of rollouts
  PolicyFactory make_expert;
  std::shared_ptr<const PolicyModel> model;  ///< null: the expert alone, as `fm demo` shows it
};

void write_evaluation_file(const std::filesystem::path& file, const EvaluationFileInput& input,
                           const Evaluation& evaluation);

}  // namespace fm

#pragma once
// evaluation.h5: the data behind the figures, so that users can redraw them. libfm/FORMATS.md has the exact format.
//
//   root attributes     format_version, env, policy, expert, solver, steps, time_step, horizon, and the names, units
//                       and bounds of observations, actions, states and goals, one dimension per line
//   /policy, /expert    returns (N), success (N); of the first K = min(N, max(1, floor(20,000 / horizon))):
//                       observations (K, T + 1, O), actions (K, T, A), states (K, T + 1, S), rewards (K, T), and
//                       goals (K, T + 1, G) if G > 0; NaN after an episode's end
//   /flow_field/I       at a named state (attribute label): observation (O), goal (G), expert_action (A); times (41),
//                       actions (61) and velocity (41, 61) of the first action dimension; sampled trajectories (M, P)
//                       of it at trajectory_times (P)
//   /denoising/I        at the same states: observation, goal, expert_action, trajectory_times, and trajectories
//                       (M, P, A) from noise to action
//   /explorer           of a flow, in many states: attributes axis_names, axis_units (one a line), axis_0 (N0), axis_1 (N1);
//                       times (11), actions (21), velocity (N0, N1, 11, 21), sample_times (P), samples (N0, N1, 16, P),
//                       expert (N0, N1), all of the first action dimension; N1 = 1 with one axis
//   /motion             one episode as moving shapes, of an environment that has them: attributes kinds (one a line),
//                       frame_time (s), episode (of the K); sizes (M, 3), colours (M, 3); policy, expert (F, M, 7)
//   /predictions/I      some held-out episodes of recorded data: recorded actions (T, A), and sampled ones (16, T, A),
//                       in each state the first action of a prediction
//
// P = steps + 1 for solvers with fixed steps; adaptive solvers have as many times as they took steps, plus one. Actions
// are in the environment's units, velocities in those units per unit of flow time.

#include "libfm/evaluation/evaluation.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

struct EvaluationFileInput {
  std::string expert;
  EnvFactory env_factory;  ///< empty: the flow figures are not written
  PolicyFactory make_expert;
  std::shared_ptr<const PolicyModel> model;  ///< null: the expert only, as in `fm demo`
  std::vector<double> goal = {};             ///< (G), of the figures; empty: one that is drawn

  /// The environment's as evaluated, whose horizon may differ from that of training; without one the policy's.
  const EnvSpec& spec() const;

  /// Copies of the environment in these states (N, S), all with the same goal.
  std::unique_ptr<VectorEnv> env_in(const Matrix& states) const;
};

/// Writes the file atomically. @throws MachineError if it cannot be written
void write_evaluation_file(const std::filesystem::path& file, const EvaluationFileInput& input,
                           const Evaluation& evaluation);

}  // namespace fm

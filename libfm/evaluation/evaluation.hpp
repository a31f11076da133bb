#pragma once
// Evaluates a policy: rolls it out alongside its expert from the same initial states, and compares their actions.

#include "libfm/core/statistics.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/evaluation/action_references.hpp"
#include "libfm/evaluation/engine.hpp"
#include "libfm/evaluation/latency.hpp"
#include "libfm/evaluation/model_metrics.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/training_data.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fm {

/// The metrics of an actor (policy or expert) over all episodes.
struct ActorMetrics {
  double mean = 0.0;                ///< mean return
  double standard_deviation = 0.0;  ///< of the returns
  Interval ci95;                    ///< of the mean return
  double success = 0.0;             ///< fraction of the episodes
  std::map<std::string, double> metrics;
  double smoothness = 0.0;  ///< mean absolute change of action between steps, in the actions' units
};

struct Gap {
  double mean = 0.0;  ///< of policy return - expert return, paired by episode
  Interval ci95;
};

/// Who recorded the training data: the returns of the recorded episodes, which began elsewhere than the policy's.
struct Demonstrator {
  std::int64_t episodes = 0;
  double mean = 0.0;                ///< mean return
  double standard_deviation = 0.0;  ///< of the returns
  Gap gap;                          ///< of the policy's mean return, not paired
};

struct Evaluation {
  std::string checkpoint_hash;  ///< of the checkpoint's file; empty: not recorded
  std::string env;
  std::int64_t episodes = 0;  ///< that were rolled out: 0 without an environment
  std::uint64_t seed = 0;
  std::vector<double> goal;            ///< of all episodes; empty: as the environment drew them
  std::vector<Dimension> actions;      ///< of the policy
  std::optional<ActorMetrics> policy;  ///< empty if there is no environment
  std::optional<ActorMetrics> expert;  ///< empty if there is no environment or no expert, as is gap
  std::optional<Gap> gap;
  std::optional<Demonstrator> demonstrator;  ///< empty without an environment or recorded returns
  std::map<std::string, double> model_metrics;
  std::optional<ActionError> action_error;     ///< empty: there are no states to compare on
  std::string states = "held-out states";      ///< which states these are
  std::optional<ActionReferences> references;  ///< what the error compares with; empty: no training states are known
  std::optional<double> energy_distance;       ///< between sampled and recorded actions; empty: these are an expert's
  std::vector<PredictedEpisode> predicted;     ///< some of the episodes with recorded actions
  Latency latency;
  std::vector<Episode> policy_episodes;
  std::vector<Episode> expert_episodes;
};

struct EvaluationOptions {
  std::string env = "none";
  EnvFactory env_factory;     ///< empty: only the action error is computed
  PolicyFactory make_expert;  ///< empty: there is no expert
  std::int64_t episodes = 1000;
  std::uint64_t seed = 123;
  std::vector<double> goal;  ///< (G), of all episodes, throughout; empty: as the environment draws them
  DensityOptions density;
  std::vector<double> demonstrations;  ///< returns of recorded episodes; empty: none are known
  /// States with recorded actions, used if there is no expert that visits states, and which these are.
  Rows recorded;
  Rows training;               ///< that the policy was trained on, to compare with; may be empty
  int predicted_episodes = 3;  ///< recorded ones that the policy's samples are shown beside
  std::string recorded_states = "held-out states";
};

/// @param engine runs the model
/// @throws InputError if the policy's actions are not finite
Evaluation evaluate(const PolicyModel& model, const PredictorFactory& engine, const EvaluationOptions& options);

/// @param episodes at least one
/// @param env an instance of the environment that they were recorded in, for its own metrics
ActorMetrics actor_metrics(const std::vector<Episode>& episodes, const VectorEnv& env, const RandomStream& bootstrap);

/// How many episodes, the first ones, are recorded in full for the figures: at most 20,000 steps, but at least one.
std::int64_t shown_episodes(const EnvSpec& spec);

/// Mean absolute n-th difference of the actions between steps, over all dimensions and steps: the smoothness for order
/// 1, the metric action_jerk for order 2.
double mean_difference(const std::vector<Episode>& episodes, int order);

}  // namespace fm

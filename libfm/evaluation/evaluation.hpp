#pragma once
// How good a policy is: rolled out beside its expert from the same initial states, and compared with the expert's
// actions.

#include "libfm/core/statistics.hpp"
#include "libfm/env/rollout.hpp"
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

/// What an actor achieved over all episodes.
struct ActorMetrics {
  double mean = 0.0;  ///< of the episodes' returns
  double standard_deviation = 0.0;
  Interval ci95;
  double success = 0.0;  ///< share of the episodes
  std::map<std::string, double> metrics;
  double smoothness = 0.0;  ///< mean absolute change of action from step to step, in the actions' units
};

struct Gap {
  double mean = 0.0;  ///< of policy return - expert return, episode by episode
  Interval ci95;
};

struct Evaluation {
  std::string env;
  std::int64_t episodes = 0;
  std::uint64_t seed = 0;
  std::optional<ActorMetrics> policy;  ///< empty where there is no environment, as are expert and gap
  std::optional<ActorMetrics> expert;
  std::optional<Gap> gap;
  double action_rmse = 0.0;  ///< of sampled against the expert's actions, on states that were not trained on
  Latency latency;
  std::vector<Episode> policy_episodes;
  std::vector<Episode> expert_episodes;
};

struct EvaluationOptions {
  std::string env = "none";
  EnvFactory env_factory;     ///< empty: the action error alone
  PolicyFactory make_expert;  ///< wanted with env_factory
  std::int64_t episodes = 1000;
  std::uint64_t seed = 123;
  DensityOptions density;
  Rows held_out;  ///< states with the expert's actions, where there is no environment to get them from
};

/// @param engine runs the model
Evaluation evaluate(const PolicyModel& model, const PredictorFactory& engine, const EvaluationOptions& options);

ActorMetrics actor_metrics(const std::vector<Episode>& episodes, const VectorEnv& env, const RandomStream& bootstrap);

/// Mean absolute value of the actions' n-th difference from step to step, over all dimensions and steps: smoothness for
/// order 1, and for order 2 what the metric action_jerk says.
double mean_difference(const std::vector<Episode>& episodes, int order);

}  // namespace fm

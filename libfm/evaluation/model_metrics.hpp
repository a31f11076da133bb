#pragma once
// Metrics of a trained model on states with the expert's actions, beside what rollouts tell.

#include "libfm/evaluation/engine.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/training_data.hpp"

#include <map>
#include <memory>
#include <string>

namespace fm {

/// The noises that samples for rows [begin, end) are made from.
at::Tensor draw_noises(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end);

/// The error of sampled actions, root mean square over all actions of the predictions, as they would be executed, in
/// the environment's units.
double action_rmse(const PredictorFactory& engine, const Rows& rows, const RandomStream& noise);

struct DensityOptions {
  bool log_probability = false;
  int probes = 16;
};

/// path_straightness, of a flow: E int |(z1 - z0) - dz/dt|^2 dt / E |z1 - z0|^2 (Liu et al. 2023, section 2; relative);
/// 0: straight lines, for which one step suffices.
/// log_probability, if asked for: the mean over rows of log p(a | s), nats, a the predicted actions in their units.
std::map<std::string, double> model_metrics(const PolicyModel& model, const Rows& rows, const DensityOptions& options,
                                            const RandomStream& noise);

}  // namespace fm

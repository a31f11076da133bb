#pragma once
// Metrics of a trained model on states labelled with the expert's actions, in addition to those of rollouts.

#include "libfm/policy/policy_model.hpp"
#include "libfm/train/training_data.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace fm {

/// The noise that the samples of rows [begin, end) start from.
at::Tensor draw_noises(const PolicyModel& model, const RandomStream& stream, std::int64_t begin, std::int64_t end);

struct DensityOptions {
  bool log_probability = false;
  int probes = 16;  ///< for predictions with more than 8 numbers
};

/// path_straightness, for a flow: E int |(z1 - z0) - dz/dt|^2 dt / E |z1 - z0|^2 (Liu et al. 2023, section 2,
/// relative); 0 for straight paths, for which one step suffices. log_probability, if requested: the mean over rows of
/// log p(a | s), nats, for the rows' actions a in their units.
std::map<std::string, double> model_metrics(const PolicyModel& model, const Rows& rows, const DensityOptions& options,
                                            const RandomStream& noise);

}  // namespace fm

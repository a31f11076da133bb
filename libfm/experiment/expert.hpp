#pragma once
// The expert of an experiment: one of the table of experts, or a trained policy (expert.policy.from).

#include "libfm/experiment/experiment.hpp"

#include <cstdint>
#include <string>

namespace fm {

/// The experiment's expert. A trained policy acts with its own sampler, in the realtime engine where that supports it; an
/// experiment file is run first, as for policy.teacher.
/// @param seed of the expert's own randomness
/// @throws InputError if it does not act in the environment or cannot be used; MachineError; Interrupted
PolicyFactory expert_of(const Experiment& experiment, std::uint64_t seed);

/// The expert as a labeller of states that others visit: it predicts anew in each of them, or improves its last plan from there;
/// trajectory optimisation plans only where a state is far from its last trajectory.
PolicyFactory labeller_of(const Experiment& experiment, std::uint64_t seed);

/// What determines the expert's actions beside its options: a trained policy's checkpoint. Trains it if need be.
std::string expert_content(const Experiment& experiment);

/// Without training anything. @throws InputError as expert_of
void check_expert(const Experiment& experiment);

}  // namespace fm

#pragma once
// Selects the epoch that best.safetensors contains.

#include <vector>

namespace fm {

/// Whether an epoch replaces the best one so far. The scores of both are paired, higher is better: returns minus the
/// expert's from the same initial states, or the negative loss. Since a later epoch was trained longer, it replaces the
/// best unless the 95 % interval of the mean difference lies below zero: there are too few rollouts to rank
/// similar policies.
/// @param best empty: none yet
bool replaces_best(const std::vector<double>& scores, const std::vector<double>& best);

}  // namespace fm

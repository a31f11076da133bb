#pragma once
// What can be known of an experiment before it begins: its files are there, its expert fits its environment, its
// network can be built, and its policy can be sampled and asked in every way of its evaluation.

#include "libfm/experiment/experiment.hpp"
#include "libfm/policy/policy_model.hpp"

#include <string>
#include <vector>

namespace fm {

/// Before anything is made. @throws InputError
void check_plan(const Experiment& experiment);

/// Whether this policy can be sampled, executed and asked in every way of the evaluation; it is left with the
/// experiment's own sampler. @throws InputError
void check_evaluation(const Experiment& experiment, PolicyModel& model);

/// The settings of every point of eval.grid, KEY=VALUE.
std::vector<std::vector<std::string>> grid_points(const SettingGrid& grid);

}  // namespace fm

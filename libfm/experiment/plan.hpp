#pragma once
// What can be known of an experiment before it begins: its files are there, its expert fits its environment, its
// network can be built, and its policy can be sampled and asked in every way of its evaluation.

#include "libfm/experiment/experiment.hpp"
#include "libfm/model/policy_description.hpp"

#include <string>
#include <vector>

namespace fm {

/// Before anything is made. @throws InputError
void check_plan(const Experiment& experiment);

/// Whether this policy can be sampled, executed and asked in every way of the evaluation. @throws InputError
void check_evaluation(const Experiment& experiment, PolicyDescription description);

/// The settings of every point of eval.grid, KEY=VALUE.
std::vector<std::vector<std::string>> grid_points(const SettingGrid& grid);

}  // namespace fm

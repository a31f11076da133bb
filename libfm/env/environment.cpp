#include "libfm/env/environment.hpp"

#include "libfm/core/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {

bool are_bounded(const std::vector<Dimension>& dimensions) {
  return !dimensions.empty() && std::ranges::all_of(dimensions, &Dimension::is_bounded);
}

void check_goal(const EnvSpec& spec, const std::vector<double>& goal) {
  if (spec.goals.empty()) throw_input_error("eval.goal: environment '{}' has no goals; leave it empty", spec.name);
  if (goal.size() != spec.goals.size()) {
    std::vector<std::string> names;
    for (const Dimension& d : spec.goals) names.push_back(fmt::format("{} ({})", d.name, d.unit));
    throw_input_error("eval.goal: has {} numbers for the goal of environment '{}': {}", goal.size(), spec.name,
                      fmt::join(names, ", "));
  }
  constexpr double most = std::numeric_limits<float>::max();
  if (!std::ranges::all_of(goal, [](double x) { return std::abs(x) <= most; })) {
    throw_input_error("eval.goal: contains a number that is not finite in float32");
  }
}

void StepResult::clear(int copies) {
  rewards.setZero(copies);
  for (std::vector<std::uint8_t>* flags : {&terminated, &truncated, &success, &diverged}) {
    flags->assign(static_cast<std::size_t>(copies), 0);
  }
}

}  // namespace fm

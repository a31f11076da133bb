#include "libfm/policy_spec/relative_actions.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <string>

namespace fm {
namespace {

std::size_t place_of(const std::vector<Dimension>& dimensions, const char* kind, const std::string& name) {
  const auto found = std::ranges::find(dimensions, name, &Dimension::name);
  if (found != dimensions.end()) return static_cast<std::size_t>(found - dimensions.begin());
  std::vector<std::string> known;
  for (const Dimension& d : dimensions) known.push_back(d.name);
  throw_input_error("policy.relative: no {} '{}' (known: {})", kind, name, fmt::join(known, ", "));
}

}  // namespace

RelativeActions::RelativeActions(const EnvSpec& spec, const FreeMapping& pairs) : observations_(spec.actions.size()) {
  for (const auto& [action, observation] : pairs.value.items()) {
    if (!observation.is_string()) {
      throw_input_error("policy.relative: '{}' must have the name of an observation, not {}", action,
                        observation.dump());
    }
    const std::size_t j = place_of(spec.actions, "action", action);
    const std::size_t i = place_of(spec.observations, "observation", observation.get<std::string>());
    const std::string &ours = spec.actions[j].unit, &theirs = spec.observations[i].unit;
    if (!ours.empty() && !theirs.empty() && ours != theirs) {
      throw_input_error("policy.relative: action '{}' is in {}, observation '{}' in {}; both need the same unit",
                        action, ours, spec.observations[i].name, theirs);
    }
    observations_[j] = i;
  }
}

bool RelativeActions::any() const {
  return std::ranges::any_of(observations_, [](const auto& observation) { return observation.has_value(); });
}

Matrix RelativeActions::references(const Matrix& observations) const {
  Matrix result(observations.rows(), std::ssize(observations_));
  for (Eigen::Index i = 0; i < result.rows(); ++i) references(observations.row(i).data(), result.row(i).data());
  return result;
}

}  // namespace fm

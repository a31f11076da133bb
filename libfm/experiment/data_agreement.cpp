#include "libfm/experiment/data_agreement.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

using Phrases = std::vector<std::string>;

template <class T>
void compare(const std::string& what, const T& ours, const T& theirs, Phrases& phrases) {
  if (ours != theirs) phrases.push_back(fmt::format("{} is {}, not {}", what, theirs, ours));
}

void compare(const char* kind, const std::vector<Dimension>& ours, const std::vector<Dimension>& theirs,
             Phrases& phrases) {
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    const Dimension &a = ours[i], &b = theirs[i];
    compare(fmt::format("the name of {} {}", kind, i), a.name, b.name, phrases);
    compare(fmt::format("the unit of {} '{}'", kind, a.name), a.unit, b.unit, phrases);
    if (a.low == b.low && a.high == b.high) continue;
    phrases.push_back(
        fmt::format("the bounds of {} '{}' are [{}, {}], not [{}, {}]", kind, a.name, b.low, b.high, a.low, a.high));
  }
}

/// The options of the named environment, flattened to {"/max_torque": 2.0, ...}; empty if they are unknown.
nlohmann::json env_options(const DatasetInfo& info) {
  if (is_nested_deeper(info.env_options, 16)) return nlohmann::json::object();  // unknown
  const nlohmann::json all = nlohmann::json::parse(info.env_options, nullptr, /*allow_exceptions=*/false);
  const bool known = all.is_object() && all.contains(info.env) && all[info.env].is_object() && !all[info.env].empty();
  if (!known) return nlohmann::json::object();
  nlohmann::json options = all[info.env];
  // Keyword arguments are one option: those that are not given have defaults that nobody here knows.
  if (const auto arguments = options.find("arguments"); arguments != options.end()) *arguments = arguments->dump();
  // MODULE:ID imports the module that registers the environment ID.
  if (const auto id = options.find("id"); id != options.end() && id->is_string()) {
    const auto text = id->get<std::string>();
    *id = text.substr(text.find(':') + 1);
  }
  return options.flatten();
}

void widen(std::vector<Dimension>& to, const std::vector<Dimension>& other) {
  for (std::size_t i = 0; i < std::min(to.size(), other.size()); ++i) {
    to[i].low = std::min(to[i].low, other[i].low);
    to[i].high = std::max(to[i].high, other[i].high);
  }
}

}  // namespace

std::vector<std::string> differences(const DatasetInfo& ours, const DatasetInfo& theirs) {
  Phrases phrases;
  if (!ours.env.empty() && !theirs.env.empty()) compare("the environment", ours.env, theirs.env, phrases);
  const nlohmann::json a = env_options(ours), b = env_options(theirs);
  for (const auto& [key, value] : a.items()) {
    if (b.contains(key)) compare("env." + ours.env + "." + key.substr(1), value.dump(), b[key].dump(), phrases);
  }
  if (ours.env_spec.empty() || theirs.env_spec.empty()) return phrases;
  const EnvSpec x = spec_from_json(ours.env_spec, "env_spec"), y = spec_from_json(theirs.env_spec, "env_spec");
  if (x.time_step > 0.0 && y.time_step > 0.0) compare("the time step", x.time_step, y.time_step, phrases);
  compare("observation", x.observations, y.observations, phrases);
  compare("action", x.actions, y.actions, phrases);
  compare("goal", x.goals, y.goals, phrases);
  return phrases;
}

DatasetInfo joined(const DatasetInfo& first, const DatasetInfo& second) {
  DatasetInfo both = first;
  if (both.env.empty()) {
    both.env = second.env;
    both.env_options = second.env_options;
  }
  if (both.env_spec.empty() || second.env_spec.empty()) {
    if (both.env_spec.empty()) both.env_spec = second.env_spec;
    return both;
  }
  EnvSpec spec = spec_from_json(first.env_spec, "env_spec");
  const EnvSpec other = spec_from_json(second.env_spec, "env_spec");
  widen(spec.observations, other.observations);
  widen(spec.actions, other.actions);
  widen(spec.goals, other.goals);
  both.env_spec = spec_to_json(spec);
  return both;
}

std::string action_beyond_bounds(const Dataset& dataset, const EnvSpec& spec, std::span<const std::string> places) {
  const auto search = [&](const Matrix& actions, const std::string& place) -> std::string {
    for (Eigen::Index j = 0; j < actions.cols(); ++j) {
      const Dimension& d = spec.actions[static_cast<std::size_t>(j)];
      const double size = d.is_bounded() ? std::max(std::abs(d.low), std::abs(d.high)) : 0.0;
      for (Eigen::Index i = 0; i < actions.rows(); ++i) {
        const double x = actions(i, j), tolerance = 1e-6 * std::max(std::abs(x), size);
        if (x >= d.low - tolerance && x <= d.high + tolerance) continue;
        return fmt::format("{}, step {}: action '{}' is {}, beyond its bounds [{}, {}]", place, i, d.name, x, d.low,
                           d.high);
      }
    }
    return "";
  };
  for (std::size_t i = 0; i < dataset.episodes.size(); ++i) {
    if (std::string found = search(dataset.episodes[i]->actions, places[i]); !found.empty()) return found;
  }
  return search(dataset.uniform_states.actions, "the labelled states");
}

void check_fits(const char* key, const EnvSpec& policy, const EnvSpec& env) {
  const auto check = [&](const char* what, const std::vector<Dimension>& ours, const std::vector<Dimension>& theirs) {
    if (names_of(ours) == names_of(theirs)) return;
    throw_input_error(
        "{}: '{}' has the {} [{}], but the policy was trained with [{}] of '{}'; choose an environment that fits", key,
        env.name, what, fmt::join(names_of(theirs), ", "), fmt::join(names_of(ours), ", "), policy.name);
  };
  check("observations", policy.observations, env.observations);
  check("goals", policy.goals, env.goals);
  check("actions", policy.actions, env.actions);
}

}  // namespace fm

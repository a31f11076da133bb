#include "libfm/policy_spec/policy_description.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace fm {

/// JSON has no infinity: an infinite bound is null.
void to_json(nlohmann::json& json, const Dimension& d) {
  const auto bound = [](double value) { return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(); };
  json = {{"name", d.name}, {"unit", d.unit}, {"low", bound(d.low)}, {"high", bound(d.high)}};
}
void from_json(const nlohmann::json& json, Dimension& d) {
  json.at("name").get_to(d.name);
  json.at("unit").get_to(d.unit);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto bound = [&](const char* key, double absent) {
    const nlohmann::json& value = json.at(key);
    return value.is_null() ? absent : value.get<double>();
  };
  d.low = bound("low", -infinity);
  d.high = bound("high", infinity);
}
void to_json(nlohmann::json& json, const EnvSpec& s) {
  json = {{"name", s.name},     {"observations", s.observations}, {"actions", s.actions}, {"goals", s.goals},
          {"states", s.states}, {"time_step", s.time_step},       {"horizon", s.horizon}};
}
void from_json(const nlohmann::json& json, EnvSpec& s) {
  json.at("name").get_to(s.name);
  json.at("observations").get_to(s.observations);
  json.at("actions").get_to(s.actions);
  json.at("goals").get_to(s.goals);
  json.at("states").get_to(s.states);
  json.at("time_step").get_to(s.time_step);
  json.at("horizon").get_to(s.horizon);
}
void to_json(nlohmann::json& json, const Normalisation& n) {
  json = {{"offset", n.offset}, {"scale", n.scale}};
  if (n.clip) json["clip"] = true;
}
void from_json(const nlohmann::json& json, Normalisation& n) {
  json.at("offset").get_to(n.offset);
  json.at("scale").get_to(n.scale);
  n.clip = json.value("clip", false);
}

namespace {

constexpr int newest_format = 3;

nlohmann::json parse(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) throw_input_error("metadata '{}' is missing; is this a libfm checkpoint?", key);
  return nlohmann::json::parse(found->second);
}

void check_size(const char* what, const Normalisation& n, std::size_t size) {
  if (n.offset.size() != size || n.scale.size() != size) {
    throw_input_error("the normaliser of the {} has {} dimensions, the specification {}", what, n.offset.size(), size);
  }
  for (const double scale : n.scale) {
    if (!(scale > 0.0)) throw_input_error("the normaliser of the {} has a scale of {}", what, scale);
  }
}

void check_bounds(const EnvSpec& spec) {
  for (const Dimension& d : spec.actions) {
    if (!(d.low <= d.high)) throw_input_error("the bounds of action '{}' are [{}, {}]", d.name, d.low, d.high);
  }
}

PolicyDescription read(const std::map<std::string, std::string>& metadata) {
  const int version = parse(metadata, "format_version").get<int>();
  if (version < 1 || version > newest_format) {
    throw_input_error("has format version {}, this libfm reads 1 to {}", version, newest_format);
  }
  const nlohmann::json normaliser = parse(metadata, "normaliser");
  PolicyDescription d{.spec = parse(metadata, "spec").get<EnvSpec>(),
                      .policy = resolved(options_from_json<PolicyOptions>(parse(metadata, "policy"), "policy")),
                      .network = options_from_json<NetworkOptions>(parse(metadata, "network"), "network"),
                      .sampler = options_from_json<SamplerOptions>(parse(metadata, "sampler"), "sampler"),
                      .observations = normaliser.at("observations").get<Normalisation>(),
                      .actions = normaliser.at("actions").get<Normalisation>(),
                      .goals = normaliser.at("goals").get<Normalisation>(),
                      .format_version = version};
  check_size("observations", d.observations, d.spec.observations.size());
  check_size("actions", d.actions, d.spec.actions.size());
  check_size("goals", d.goals, d.spec.goals.size());
  check_bounds(d.spec);
  const RelativeActions known(d.spec, d.policy.relative);
  return d;
}

}  // namespace

std::vector<std::string> names_of(const std::vector<Dimension>& dimensions) {
  std::vector<std::string> names;
  for (const Dimension& d : dimensions) names.push_back(d.name);
  return names;
}

VisibleInputs visible_inputs(const EnvSpec& spec, const std::vector<std::string>& hidden) {
  VisibleInputs visible{std::vector<double>(spec.observations.size(), 1.0),
                        std::vector<double>(spec.goals.size(), 1.0)};
  const auto hide = [](const std::string& name, const std::vector<Dimension>& dimensions, std::vector<double>& seen) {
    const auto found = std::ranges::find(dimensions, name, &Dimension::name);
    if (found == dimensions.end()) return false;
    seen[static_cast<std::size_t>(found - dimensions.begin())] = 0.0;
    return true;
  };
  for (const std::string& name : hidden) {
    const bool is_observation = hide(name, spec.observations, visible.observations);
    if (hide(name, spec.goals, visible.goals) || is_observation) continue;
    std::vector<std::string> known = names_of(spec.observations);
    std::ranges::copy(names_of(spec.goals), std::back_inserter(known));
    throw_input_error("policy.hidden: no observation or goal '{}' (known: {})", name, fmt::join(known, ", "));
  }
  return visible;
}

/// Names from recordings may not be UTF-8, which JSON is: what is wrong is replaced.
std::string spec_to_json(const EnvSpec& spec) {
  return nlohmann::json(spec).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

EnvSpec spec_from_json(const std::string& text, const std::string& where) {
  try {
    return nlohmann::json::parse(text).get<EnvSpec>();
  } catch (const nlohmann::json::exception& e) {
    throw_input_error("{}: malformed environment specification: {}", where, e.what());
  }
}

std::map<std::string, std::string> description_to_metadata(const PolicyDescription& d) {
  const nlohmann::json normaliser = {{"observations", d.observations}, {"actions", d.actions}, {"goals", d.goals}};
  return {{"format_version", std::to_string(d.format_version)}, {"spec", spec_to_json(d.spec)},
          {"policy", options_to_json(d.policy).dump()},         {"network", options_to_json(d.network).dump()},
          {"sampler", options_to_json(d.sampler).dump()},       {"normaliser", normaliser.dump()}};
}

PolicyDescription description_from_metadata(const std::map<std::string, std::string>& metadata,
                                            const std::string& where) {
  try {
    return read(metadata);
  } catch (const nlohmann::json::exception& e) {
    throw_input_error("{}: malformed metadata: {}", where, e.what());
  } catch (const InputError& e) {
    throw_input_error("{}: {}", where, e.what());
  }
}

}  // namespace fm

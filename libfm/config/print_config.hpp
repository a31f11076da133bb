#pragma once
// Prints options as complete YAML, every key with its value, optionally with a comment that says where the value is
// given. Reading it back gives equal options.

#include "libfm/config/config_field.hpp"
#include "libfm/config/origin.hpp"

#include <string>
#include <vector>

namespace fm {

/// The fields below `root` as YAML text, nested by section.
std::string print_fields(const ConfigField& root);

/// As above; each value is followed by a comment: `# pendulum.yaml:12`, `# override`, or `otherwise` if it is not given.
std::string print_fields(const ConfigField& root, const Origins& origins, const std::string& otherwise);

/// The overrides that turn `from` into `to`, options of the same type, one for each differing key: "sampler.steps=5".
std::vector<std::string> different_fields(const ConfigField& from, const ConfigField& to);

template <HasFields T>
std::string print_yaml(T options) {
  return print_fields(describe(options));
}

template <HasFields T>
std::string print_yaml(T options, const Origins& origins, const std::string& otherwise = "default") {
  return print_fields(describe(options), origins, otherwise);
}

/// The overrides that turn a into b: after apply_overrides(a, differences(a, b)), a equals b.
template <HasFields T>
std::vector<std::string> differences(T a, T b) {
  return different_fields(describe(a), describe(b));
}

}  // namespace fm

#pragma once
// Options as YAML, complete: every key with its value. Reading it back gives equal options, printing those equal bytes.

#include "libfm/config/config_field.hpp"

#include <string>
#include <vector>

namespace fm {

std::string print_fields(const ConfigField& root);

/// The keys whose values differ, as overrides that turn the first into the second: "sampler.steps=5".
std::vector<std::string> different_fields(const ConfigField& from, const ConfigField& to);

template <HasFields T>
std::string print_yaml(T options) {
  return print_fields(describe(options));
}

/// Overrides with b's values of what differs: apply_overrides(a, differences(a, b)) makes a equal to b.
template <HasFields T>
std::vector<std::string> differences(T a, T b) {
  return different_fields(describe(a), describe(b));
}

}  // namespace fm

#pragma once
// A grid of settings: each axis is an option's key with the values it takes, in the order of the file.
//
//   grid: {sampler.steps: [1, 2, 5], sampler.solver: [euler, heun]}
//
// The bounds of a field of this type are one_of the keys or sections that may be varied; without bounds, any option.

#include <string>
#include <utility>
#include <vector>

namespace fm {

struct SettingGrid {
  /// Key and values; the values are YAML text, so that `key=value` is an override.
  std::vector<std::pair<std::string, std::vector<std::string>>> axes;

  bool operator==(const SettingGrid&) const = default;
};

}  // namespace fm

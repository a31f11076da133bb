#pragma once
// Settings to try one after another: each axis is an option's key with the values it takes, in the order of the file.
//
//   grid: {sampler.steps: [1, 2, 5], sampler.solver: [euler, heun]}
//
// A field of this type takes, as its bounds, one_of the keys or sections that it may vary; without bounds any option.

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

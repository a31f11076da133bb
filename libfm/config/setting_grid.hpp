#pragma once
// A grid of settings: each axis is an option's key with the values it takes, in the order of the file.
//
//   grid: {sampler.steps: [1, 2, 5], sampler.solver: [euler, heun]}
//
// A grid has at most 10,000 points. The bounds of a field of this type are one_of the keys or sections that may be
// varied; without bounds, any option.

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace fm {

struct SettingGrid {
  /// Key and values; the values are YAML text, so that `key=value` is an override.
  std::vector<std::pair<std::string, std::vector<std::string>>> axes;

  bool operator==(const SettingGrid&) const = default;
};

// As a list of [key, values], which keeps the order of the axes.

inline void to_json(nlohmann::json& json, const SettingGrid& grid) { json = grid.axes; }
inline void from_json(const nlohmann::json& json, SettingGrid& grid) { json.get_to(grid.axes); }

}  // namespace fm

#pragma once
// A grid of settings: each axis is an option's key with the values it takes, in the order of the file.
//
//   grid: {sampler.steps: [1, 2, 5], sampler.solver: [euler, heun]}
//
// The bounds of a field of this type are one_of the keys or sections that may be varied; without bounds, any option.

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

/// The number of combinations of the axes' values; 1 without axes.
double grid_size(const SettingGrid& grid);

/// The KEY=VALUE settings of each point, with the last axis changing fastest; empty without axes.
std::vector<std::vector<std::string>> grid_points(const SettingGrid& grid);

// As a list of [key, values], which keeps the order of the axes.

inline void to_json(nlohmann::json& json, const SettingGrid& grid) { json = grid.axes; }
inline void from_json(const nlohmann::json& json, SettingGrid& grid) { json.get_to(grid.axes); }

}  // namespace fm

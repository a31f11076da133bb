#include "libfm/config/setting_grid.hpp"

namespace fm {

double grid_size(const SettingGrid& grid) {
  double size = 1.0;
  for (const auto& [key, values] : grid.axes) size *= static_cast<double>(values.size());
  return size;
}

std::vector<std::vector<std::string>> grid_points(const SettingGrid& grid) {
  if (grid.axes.empty()) return {};
  std::vector<std::vector<std::string>> points = {{}};
  for (const auto& [key, values] : grid.axes) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& point : points) {
      for (const std::string& value : values) {
        longer.push_back(point);
        longer.back().push_back(key + "=" + value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

}  // namespace fm

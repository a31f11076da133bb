#include "libfm/expert/value_table.hpp"

#include <numbers>

namespace fm {

ValueTable::ValueTable(int resolution, double max_speed, int turns)
    : angles_(2 * resolution * turns), speeds_(2 * resolution + 1), angle_step_(std::numbers::pi / resolution),
      speed_step_(max_speed / resolution), values_(static_cast<std::size_t>(angles_) * speeds_, 0.0) {}

PendulumState ValueTable::state(int angle, int speed) const {
  return {.theta = (angle - angles_ / 2) * angle_step_, .omega = (speed - speeds_ / 2) * speed_step_};
}

}  // namespace fm

#pragma once
// A function of the pendulum's state, tabulated on a grid over angle (periodic) and speed with bilinear interpolation.

#include "libfm/expert/pendulum_model.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fm {

class ValueTable {
 public:
  /// The position of a state in the cell with corners at the entries low, low + 1, high and high + 1.
  struct Place {
    int low;
    int high;
    double angle_share;  ///< 0 at the corners at `low`, 1 at those at `high`
    double speed_share;  ///< 0 at `low` and `high`, 1 at the corners after them
  };

  /// A table of zeros.
  /// @param resolution cells from upright to hanging, and from rest to full speed
  /// @param max_speed rad/s
  /// @param turns the period of the angle in turns: 2 distinguishes upright from upright one turn further
  ValueTable(int resolution, double max_speed, int turns = 1);

  int angles() const { return angles_; }
  int speeds() const { return speeds_; }
  /// The state of a grid point, theta in [-turns pi, turns pi); exactly (0, 0) at upright.
  PendulumState state(int angle, int speed) const;

  /// @param state any angle; a speed within the bounds
  Place place(const PendulumState& state) const {
    const double x = state.theta / angle_step_, y = state.omega / speed_step_;
    const int angle = floor(x), speed = std::clamp(floor(y), -(speeds_ / 2), speeds_ / 2 - 1);
    const int row = wrap(angle + angles_ / 2), column = speed + speeds_ / 2;
    return {.low = row * speeds_ + column,
            .high = wrap(row + 1) * speeds_ + column,
            .angle_share = x - angle,
            .speed_share = y - speed};
  }

  double at_place(const Place& p) const {
    const double* low = &values_[static_cast<std::size_t>(p.low)];
    const double* high = &values_[static_cast<std::size_t>(p.high)];
    return (1.0 - p.angle_share) * ((1.0 - p.speed_share) * low[0] + p.speed_share * low[1]) +
           p.angle_share * ((1.0 - p.speed_share) * high[0] + p.speed_share * high[1]);
  }

  double at(const PendulumState& state) const { return at_place(place(state)); }

  /// (angles, speeds), row-major.
  std::vector<double>& values() { return values_; }
  const std::vector<double>& values() const { return values_; }

 private:
  /// std::floor is a library call on the oldest supported processors.
  static int floor(double x) { return static_cast<int>(x) - (x < static_cast<int>(x)); }
  int wrap(int row) const {
    if (row >= 0 && row < angles_) return row;
    return (row % angles_ + angles_) % angles_;
  }

  int angles_;
  int speeds_;
  double angle_step_;  ///< rad
  double speed_step_;  ///< rad/s
  std::vector<double> values_;
};

}  // namespace fm

#pragma once
// A function of the pendulum's state, kept on a grid over angle (periodic) and speed, bilinear between its points.

#include "libfm/expert/pendulum_model.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fm {

class ValueTable {
 public:
  /// Where a state lies: in the cell whose corners are the table's entries low, low + 1, high, high + 1.
  struct Place {
    int low;
    int high;
    double angle_share;  ///< 0 at the corners at `low`, 1 at those at `high`
    double speed_share;  ///< 0 at `low` and `high`, 1 at the corners after them
  };

  /// Zero everywhere.
  /// @param resolution cells from upright to hanging, and from rest to full speed
  /// @param turns the period of the angle: with 2, upright and upright one turn further are told apart
  ValueTable(int resolution, double max_speed, int turns = 1);

  int angles() const { return angles_; }
  int speeds() const { return speeds_; }
  /// Of the grid point, theta in [-turns pi, turns pi); both are exactly 0 at upright.
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
  /// std::floor is a call into the mathematics library on the oldest processors that we build for.
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

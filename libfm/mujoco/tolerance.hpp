#pragma once
// How close a quantity is to wanted bounds, in [0, 1]: the rewards of the DeepMind control suite (Tassa et al. 2018,
// dm_control.utils.rewards).

#include <algorithm>
#include <cmath>

namespace fm {

enum class Falloff { gaussian, linear, quadratic };

struct Tolerance {
  double low = 0.0;
  double high = 0.0;
  double margin = 1.0;  ///< the distance from the bounds at which the value is value_at_margin
  Falloff falloff = Falloff::gaussian;
  double value_at_margin = 0.1;
};

/// 1 within the bounds, falling with the distance d from them, in margins:
///   gaussian exp(ln(value_at_margin) d^2), linear 1 - (1 - value_at_margin) d, quadratic 1 - (1 - value_at_margin) d^2
inline double tolerance(double x, const Tolerance& wanted) {
  if (wanted.low <= x && x <= wanted.high) return 1.0;
  const double d = (x < wanted.low ? wanted.low - x : x - wanted.high) / wanted.margin;
  const double drop = 1.0 - wanted.value_at_margin;
  switch (wanted.falloff) {
    case Falloff::gaussian:
      return std::exp(std::log(wanted.value_at_margin) * d * d);
    case Falloff::linear:
      return std::max(0.0, 1.0 - drop * d);
    case Falloff::quadratic:
      return std::max(0.0, 1.0 - drop * d * d);
  }
  return 0.0;
}

}  // namespace fm

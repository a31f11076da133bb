#pragma once
// Whether numbers in double precision are float32 numbers.

#include <Eigen/Core>

namespace fm {

/// Whether every value is a float32 number, so that storing it as one loses nothing.
template <class Derived>
bool is_float32(const Eigen::MatrixBase<Derived>& values) {
  return values == values.template cast<float>().template cast<double>();
}

}  // namespace fm

#pragma once
// Conversions between Eigen matrices and tensors.

#include "libfm/env/environment.hpp"

#include <ATen/core/Tensor.h>

namespace fm {

// The matrix's own memory as a tensor (rows, columns) on the CPU: valid only as long as the matrix.

at::Tensor view_as_tensor(const Matrix& matrix);       ///< float64
at::Tensor view_as_tensor(const FloatMatrix& matrix);  ///< float32

/// A copy of a tensor (rows, ...) as a matrix (rows, columns), with the other dimensions flattened.
Matrix to_matrix(const at::Tensor& tensor);

}  // namespace fm

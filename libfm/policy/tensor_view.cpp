#include "libfm/policy/tensor_view.hpp"

#include <ATen/ops/from_blob.h>

namespace fm {

at::Tensor view_as_tensor(const Matrix& matrix) {
  return at::from_blob(const_cast<double*>(matrix.data()), {matrix.rows(), matrix.cols()}, at::kDouble);
}

at::Tensor view_as_tensor(const FloatMatrix& matrix) {
  return at::from_blob(const_cast<float*>(matrix.data()), {matrix.rows(), matrix.cols()}, at::kFloat);
}

Matrix to_matrix(const at::Tensor& tensor) {
  const at::Tensor rows = tensor.detach().to(at::kCPU, at::kDouble).flatten(1).contiguous();
  return Eigen::Map<const Matrix>(rows.data_ptr<double>(), rows.size(0), rows.size(1));
}

}  // namespace fm

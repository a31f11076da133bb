#include "libfm/nn/linear.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include <algorithm>
#include <cmath>

namespace fm {

at::Tensor uniform_weights(at::IntArrayRef shape, double bound, const RandomStream& init, std::uint64_t position) {
  at::Tensor values = at::empty(shape, at::kFloat);
  float* next = values.data_ptr<float>();
  const std::int64_t rows = shape[0], columns = values.numel() / rows;
  for (std::int64_t i = 0; i < rows; ++i) {
    Draws draws = init.at(position, static_cast<std::uint32_t>(i));
    for (std::int64_t j = 0; j < columns; ++j) *next++ = static_cast<float>(draws.uniform(-bound, bound));
  }
  return values;
}

Linear::Linear(std::int64_t inputs, std::int64_t outputs, const RandomStream& init) {
  const double bound = 1.0 / std::sqrt(std::max<std::int64_t>(inputs, 1));  // without inputs there is a bias
  weight_ = register_parameter("weight", uniform_weights({outputs, inputs}, bound, init, 0));
  bias_ = register_parameter("bias", uniform_weights({outputs}, bound, init, 1));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return at::linear(x, weight_, bias_); }

void Linear::set_zero() {
  const at::NoGradGuard no_grad;
  weight_.zero_();
  bias_.zero_();
}

}  // namespace fm

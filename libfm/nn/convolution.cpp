#include "libfm/nn/convolution.hpp"

#include "libfm/nn/linear.hpp"

#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv_transpose1d.h>

#include <cmath>

namespace fm {

Convolution::Convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t stride,
                         const RandomStream& init)
    : stride_(stride) {
  const double bound = 1.0 / std::sqrt(inputs * kernel);
  weight_ = register_parameter("weight", uniform_weights({outputs, inputs, kernel}, bound, init, 0));
  bias_ = register_parameter("bias", uniform_weights({outputs}, bound, init, 1));
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  return at::conv1d(x, weight_, bias_, stride_, /*padding=*/weight_.size(2) / 2);
}

Upsampling::Upsampling(std::int64_t inputs, std::int64_t outputs, const RandomStream& init) {
  constexpr std::int64_t kernel = 4;
  const double bound = 1.0 / std::sqrt(outputs * kernel);
  weight_ = register_parameter("weight", uniform_weights({inputs, outputs, kernel}, bound, init, 0));
  bias_ = register_parameter("bias", uniform_weights({outputs}, bound, init, 1));
}

at::Tensor Upsampling::forward(const at::Tensor& x, std::int64_t length) const {
  return at::conv_transpose1d(x, weight_, bias_, /*stride=*/2, /*padding=*/1).slice(2, 0, length);
}

}  // namespace fm

#include "libfm/nn/residual_convolution.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

namespace fm {

NormalisedConvolution::NormalisedConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                                             std::int64_t groups, const RandomStream& init)
    : groups_(groups) {
  convolution_ = register_module("convolution", std::make_shared<Convolution>(inputs, outputs, kernel, 1, init));
  scale_ = register_parameter("scale", at::ones({outputs}));
  shift_ = register_parameter("shift", at::zeros({outputs}));
}

at::Tensor NormalisedConvolution::forward(const at::Tensor& x) const {
  return at::mish(at::group_norm(convolution_->forward(x), groups_, scale_, shift_));
}

ResidualConvolution::ResidualConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t conditions,
                                         std::int64_t kernel, std::int64_t groups, const RandomStream& init) {
  const auto block = [&](const char* name, std::int64_t from) {
    return register_module(name,
                           std::make_shared<NormalisedConvolution>(from, outputs, kernel, groups, init.child(name)));
  };
  first_ = block("first", inputs);
  second_ = block("second", outputs);
  steer_ = register_module("steer", std::make_shared<Linear>(conditions, 2 * outputs, init.child("steer")));
  if (inputs == outputs) return;
  bypass_ = register_module("bypass", std::make_shared<Convolution>(inputs, outputs, 1, 1, init.child("bypass")));
}

at::Tensor ResidualConvolution::forward(const at::Tensor& x, const at::Tensor& c) const {
  const auto steering = steer_->forward(c).unsqueeze(2).chunk(2, 1);  // (N, outputs, 1) each
  const at::Tensor h = (1.0 + steering[0]) * first_->forward(x) + steering[1];
  return second_->forward(h) + (bypass_ ? bypass_->forward(x) : x);
}

}  // namespace fm

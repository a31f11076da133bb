#pragma once
// Random tensors, and the distance between tensors.

#include "libfm/core/random.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

/// Standard normal numbers in float32, a function of the position.
inline at::Tensor normals(at::IntArrayRef shape, std::uint64_t position) {
  const at::Tensor values = at::empty(shape, at::kFloat);
  fm::Draws draws = fm::RandomStream(5, "fused").at(position);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<float>()[i] = static_cast<float>(draws.normal());
  return values;
}

/// The largest difference relative to the largest number.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  return (x - y).abs().max().item<double>() / y.abs().max().item<double>();
}

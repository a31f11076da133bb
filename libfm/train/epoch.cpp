#include "libfm/train/epoch.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/number_text.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace fm {

Epoch::Epoch(std::uint64_t seed, std::int64_t rows, std::int64_t batch_size, c10::Device device, at::ScalarType type)
    : rows_(rows), batch_size_(batch_size), shuffles_(seed, "shuffle"), device_(device),
      losses_(at::zeros({(rows + batch_size - 1) / batch_size}, at::TensorOptions(device).dtype(type))) {}

void Epoch::begin(std::int64_t step) {
  indices_ = permutation(shuffles_, static_cast<std::uint64_t>(step / steps()), rows_);
  order_ = at::from_blob(indices_.data(), {rows_}, at::kLong).to(device_);
}

at::Tensor Epoch::batch(std::int64_t step) const {
  const std::int64_t begin = step % steps() * batch_size_;
  return order_.slice(0, begin, std::min(begin + batch_size_, rows_));
}

void Epoch::check_losses(std::int64_t count, std::int64_t step) const {
  const at::Tensor losses = losses_.slice(0, 0, count).to(at::kCPU, at::kDouble).contiguous();
  for (std::int64_t i = 0; i < count; ++i) {
    const double loss = losses.data_ptr<double>()[i];
    if (std::isfinite(loss)) continue;
    const std::int64_t first = i * batch_size_;
    const auto row = [&](std::int64_t k) {
      return indices_[static_cast<std::size_t>(std::min<std::int64_t>(first + k, rows_ - 1))];
    };
    throw_input_error(
        "train: the loss is {} at step {} (epoch {}, batch {}: rows {}, {}, {} ... of the training data). "
        "A lower train.learning_rate or train.clip usually helps; checkpoints/last.safetensors was saved before it.",
        number_text(loss), step - count + i, (step - 1) / steps() + 1, i, row(0), row(1), row(2));
  }
}

}  // namespace fm

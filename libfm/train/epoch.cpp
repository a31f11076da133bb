#include "libfm/train/epoch.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/number_text.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace fm {

namespace {

/// As many items as weights. Item i occurs as often as points u, u + 1, u + 2 ... fall into its part of the weights,
/// scaled to a sum of their number.
std::vector<std::int64_t> systematic_sample(const std::vector<double>& weights, double u) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  const auto count = static_cast<double>(weights.size());
  std::vector<std::int64_t> drawn;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i];
    const double end = i + 1 == weights.size() ? count : count * sum / total;
    while (static_cast<double>(drawn.size()) + u < end) drawn.push_back(static_cast<std::int64_t>(i));
  }
  drawn.resize(weights.size(), std::ssize(weights) - 1);  // rounding may leave out the last point
  return drawn;
}

}  // namespace

Epoch::Epoch(std::uint64_t seed, std::int64_t rows, std::int64_t batch_size, c10::Device device, at::ScalarType type,
             std::vector<double> weights)
    : rows_(rows), batch_size_(batch_size), shuffles_(seed, "shuffle"), offsets_(seed, "weighted rows"),
      weights_(std::move(weights)), device_(device),
      losses_(at::zeros({(rows + batch_size - 1) / batch_size}, at::TensorOptions(device).dtype(type))) {}

void Epoch::prepare(std::int64_t step) {
  const auto epoch = static_cast<std::uint64_t>(step / steps());
  prepared_epoch_ = epoch;
  prepared_ = permutation(shuffles_, epoch, rows_);
  if (weights_.empty()) return;
  const std::vector<std::int64_t> drawn = systematic_sample(weights_, offsets_.at(epoch).uniform());
  for (std::int64_t& index : prepared_) index = drawn[static_cast<std::size_t>(index)];
}

void Epoch::begin(std::int64_t step) {
  if (prepared_epoch_ != static_cast<std::uint64_t>(step / steps())) prepare(step);
  indices_.swap(prepared_);
  prepared_epoch_.reset();
  order_ = at::from_blob(indices_.data(), {rows_}, at::kLong).to(device_);
}

at::Tensor Epoch::batches(std::int64_t step, std::int64_t most) const {
  const std::int64_t begin = step % steps() * batch_size_, end = begin + most * batch_size_;
  if (end <= rows_) return order_.slice(0, begin, end).view({most, batch_size_});
  return order_.slice(0, begin, std::min(begin + batch_size_, rows_)).unsqueeze(0);
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

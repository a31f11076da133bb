#include "libfm/train/epoch.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/number_text.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fm {

namespace {

/// `count` items. Item i occurs as often as points u, u + 1, u + 2 ... fall into its part of the weights, scaled to a sum
/// of `count`.
std::vector<std::int64_t> systematic_sample(const std::vector<double>& weights, std::int64_t count, double u) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  const auto points = static_cast<double>(count);
  std::vector<std::int64_t> drawn;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i];
    const double end = i + 1 == weights.size() ? points : points * sum / total;
    while (static_cast<double>(drawn.size()) + u < end) drawn.push_back(static_cast<std::int64_t>(i));
  }
  drawn.resize(static_cast<std::size_t>(count), std::ssize(weights) - 1);  // rounding may leave out the last point
  return drawn;
}

/// Of as many rows as there are in all parts, those that each part's share of the weights gives it.
std::vector<std::int64_t> shares_of(const std::vector<RowParts::Part>& parts) {
  double rows = 0.0, weight = 0.0;
  for (const RowParts::Part& part : parts) {
    rows += static_cast<double>(part.rows);
    weight += part.weight;
  }
  std::vector<std::int64_t> shares;
  double sum = 0.0;
  std::int64_t before = 0;
  for (const RowParts::Part& part : parts) {
    sum += part.weight;
    const std::int64_t end = weight > 0.0 ? std::llround(rows * (sum / weight)) : 0;
    shares.push_back(end - before);
    before = end;
  }
  return shares;
}

}  // namespace

Epoch::Epoch(std::uint64_t seed, const std::vector<RowParts::Part>& parts, std::int64_t batch_size, c10::Device device,
             at::ScalarType type)
    : parts_(parts), drawn_(shares_of(parts)), batch_size_(batch_size), orders_(seed, "parts"),
      shuffles_(seed, "shuffle"), offsets_(seed, "weighted rows"), device_(device) {
  std::int64_t steps = 0;
  for (std::size_t part = 0; part < drawn_.size(); ++part) steps += steps_of(part);
  losses_ = at::zeros({steps}, at::TensorOptions(device).dtype(type));
}

Epoch::Place Epoch::place_of(std::int64_t step) const {
  const std::int64_t epoch = step / steps(), count = std::ssize(drawn_);
  std::int64_t first = epoch * steps();
  std::uint64_t position = static_cast<std::uint64_t>(epoch * count);
  for (const std::int64_t i : permutation(orders_, static_cast<std::uint64_t>(epoch), count)) {
    const auto part = static_cast<std::size_t>(i);
    if (step < first + steps_of(part)) return {part, first, steps_of(part), position};
    first += steps_of(part);
    ++position;
  }
  throw std::logic_error("a step lies beyond its epoch");
}

bool Epoch::has(std::int64_t step) const {
  return place_ && step >= place_->first && step < place_->first + place_->steps;
}

void Epoch::prepare(std::int64_t step, const std::vector<double>& weights) {
  const Place place = place_of(step);
  prepared_position_ = place.position;
  prepared_ = permutation(shuffles_, place.position, drawn_[place.part]);
  const std::int64_t rows = parts_[place.part].rows;
  if (weights.empty() && drawn_[place.part] == rows) return;
  const std::vector<double> equal(weights.empty() ? static_cast<std::size_t>(rows) : 0, 1.0);
  const double u = offsets_.at(place.position).uniform();
  const std::vector<std::int64_t> drawn = systematic_sample(weights.empty() ? equal : weights, drawn_[place.part], u);
  for (std::int64_t& index : prepared_) index = drawn[static_cast<std::size_t>(index)];
}

void Epoch::begin(std::int64_t step, const std::vector<double>& weights) {
  place_ = place_of(step);
  if (prepared_position_ != place_->position) prepare(step, weights);
  indices_.swap(prepared_);
  prepared_position_.reset();
  order_ = at::from_blob(indices_.data(), {std::ssize(indices_)}, at::kLong).to(device_);
}

at::Tensor Epoch::batches(std::int64_t step, std::int64_t most) const {
  const std::int64_t rows = order_.size(0), begin = (step - place_->first) * batch_size_,
                     end = begin + most * batch_size_;
  if (end <= rows) return order_.slice(0, begin, end).view({most, batch_size_});
  return order_.slice(0, begin, std::min(begin + batch_size_, rows)).unsqueeze(0);
}

void Epoch::check_losses(std::int64_t step) const {
  if (!place_) return;
  const std::int64_t begin = place_->first % steps(), count = step - place_->first;
  const at::Tensor losses = losses_.slice(0, begin, begin + count).to(at::kCPU, at::kDouble).contiguous();
  for (std::int64_t i = 0; i < count; ++i) {
    const double loss = losses.data_ptr<double>()[i];
    if (std::isfinite(loss)) continue;
    const std::int64_t first = i * batch_size_;
    const auto row = [&](std::int64_t k) {
      return indices_[static_cast<std::size_t>(std::min<std::int64_t>(first + k, std::ssize(indices_) - 1))];
    };
    throw_input_error(
        "train: the loss is {} at step {} (epoch {}, batch {}: rows {}, {}, {} ... of {}). "
        "A lower train.learning_rate or train.clip usually helps; checkpoints/last.safetensors was saved before it.",
        number_text(loss), place_->first + i, (step - 1) / steps() + 1, begin + i, row(0), row(1), row(2),
        drawn_.size() == 1 ? "the training data" : fmt::format("part {} of the training data", place_->part));
  }
}

}  // namespace fm

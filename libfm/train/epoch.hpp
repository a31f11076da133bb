#pragma once
// One pass over the training rows: their order, and the losses of its steps.

#include "libfm/core/random.hpp"
#include "libfm/train/row_parts.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace fm {

/// The order of an epoch's rows is a function of (seed, epoch), so a resumed training uses the same batches. An epoch goes
/// through the parts of the rows in an order of its own, and through each part's rows in theirs. Weighted rows are drawn
/// by systematic resampling: among the n rows of an epoch, a row with the share w of all weights occurs floor(n w) or
/// ceil(n w) times, n w on average, up to the rounding of the parts' numbers of rows.
class Epoch {
 public:
  /// @param parts of the training rows
  /// @param type of the losses
  Epoch(std::uint64_t seed, const std::vector<RowParts::Part>& parts, std::int64_t batch_size, c10::Device device,
        at::ScalarType type);

  std::int64_t steps() const { return losses_.size(0); }

  /// The part of the rows that a step takes.
  std::size_t part_at(std::int64_t step) const { return place_of(step).part; }
  /// Whether the step is among those that begin() shuffled for.
  bool has(std::int64_t step) const;
  /// Shuffles the rows of the part that `step` takes.
  /// @param weights (rows of the part), how often each is drawn, relative to others; empty: once
  void begin(std::int64_t step, const std::vector<double>& weights);
  /// Does begin's work for the host ahead, while a device still computes this epoch's steps.
  void prepare(std::int64_t step, const std::vector<double>& weights);
  /// Row indices in the part of the batches of n steps from this one, (n, B), int64, on the device: of `most` steps, or of
  /// 1 if the part has no more whole batches than that. The last batch of a part may have fewer rows.
  at::Tensor batches(std::int64_t step, std::int64_t most) const;

  /// @param losses (n), of as many steps from this one
  void record(std::int64_t step, const at::Tensor& losses) {
    losses_.slice(0, step % steps(), step % steps() + losses.size(0)).copy_(losses);
  }
  /// (steps), the losses of this epoch's steps so far, followed by those of the previous epoch.
  const at::Tensor& losses() const { return losses_; }
  double mean_loss() const { return losses_.mean().item<double>(); }

  /// Checks the losses of this part's steps before `step`; called rarely, so that steps do not wait for the device.
  /// @throws InputError with the step and its first rows if one is not finite.
  void check_losses(std::int64_t step) const;

 private:
  /// A pass over a part within an epoch.
  struct Place {
    std::size_t part;
    std::int64_t first, steps;  ///< its first step, and their number
    std::uint64_t position;     ///< the number of the pass
  };

  Place place_of(std::int64_t step) const;
  std::int64_t steps_of(std::size_t part) const { return (drawn_[part] + batch_size_ - 1) / batch_size_; }

  std::vector<RowParts::Part> parts_;
  std::vector<std::int64_t> drawn_;  ///< rows of each part's pass
  std::int64_t batch_size_;
  RandomStream orders_, shuffles_, offsets_;
  c10::Device device_;
  std::optional<Place> place_;
  std::vector<std::int64_t> indices_, prepared_;
  std::optional<std::uint64_t> prepared_position_;
  at::Tensor order_;   ///< indices_ on the device
  at::Tensor losses_;  ///< (steps)
};

}  // namespace fm

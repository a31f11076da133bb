#pragma once
// One pass over the training rows: their order, and the losses of its steps.

#include "libfm/core/random.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace fm {

/// The order of an epoch's rows is a function of (seed, epoch), so a resumed training uses the same batches. Weighted
/// rows are drawn by systematic resampling: among the n rows of an epoch, a row with the share w of all weights occurs
/// floor(n w) or ceil(n w) times, n w on average.
class Epoch {
 public:
  /// @param rows number of rows of the training set
  /// @param type of the losses
  /// @param weights (rows), how often each row is drawn, relative to others; empty: once
  Epoch(std::uint64_t seed, std::int64_t rows, std::int64_t batch_size, c10::Device device, at::ScalarType type,
        std::vector<double> weights = {});

  std::int64_t steps() const { return losses_.size(0); }

  /// Shuffles for the epoch that `step` belongs to.
  void begin(std::int64_t step);
  /// Does begin's work for the host ahead, while a device still computes this epoch's steps.
  void prepare(std::int64_t step);
  /// Row indices of the batches of n steps from this one, (n, B), int64, on the device: of `most` steps, or of 1 if the
  /// epoch has no more whole batches than that. The last batch of an epoch may have fewer rows.
  at::Tensor batches(std::int64_t step, std::int64_t most) const;

  /// @param losses (n), of as many steps from this one
  void record(std::int64_t step, const at::Tensor& losses) {
    losses_.slice(0, step % steps(), step % steps() + losses.size(0)).copy_(losses);
  }
  /// (steps), the losses of this epoch's steps so far, followed by those of the previous epoch.
  const at::Tensor& losses() const { return losses_; }
  double mean_loss() const { return losses_.mean().item<double>(); }

  /// Checks the losses of the last `count` steps before `step`; called rarely, so that steps do not wait
  /// for the device.
  /// @throws InputError with the step and its first rows if one is not finite.
  void check_losses(std::int64_t count, std::int64_t step) const;

 private:
  std::int64_t rows_, batch_size_;
  RandomStream shuffles_, offsets_;
  std::vector<double> weights_;
  c10::Device device_;
  std::vector<std::int64_t> indices_, prepared_;
  std::optional<std::uint64_t> prepared_epoch_;
  at::Tensor order_;   ///< indices_ on the device
  at::Tensor losses_;  ///< (steps)
};

}  // namespace fm

#pragma once
// Recorded episodes as rows to learn from.

#include "libfm/core/random.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/policy/policy_model.hpp"

#include <cstdint>

namespace fm {

/// Pairs of what was seen and what the expert did, in the environment's units.
struct Rows {
  Matrix observations;  ///< (M, O)
  Matrix goals;         ///< (M, G)
  Matrix actions;       ///< (M, A)

  Eigen::Index size() const { return actions.rows(); }
};

struct Split {
  Rows train;
  Rows validation;
};

/// Holds out the given share of the episodes (at least one if the share is above 0 and there are two), and of the
/// states labelled one by one; which ones is drawn from `stream`.
Split split_rows(const Dataset& dataset, double validation, const RandomStream& stream);

/// Rows on a device, normalised as the model asks.
class TrainingData {
 public:
  TrainingData(const Rows& rows, const PolicyModel& model);

  std::int64_t size() const { return actions_.size(0); }
  /// @param indices (B), int64, on the CPU
  Batch batch(const at::Tensor& indices) const;
  Batch range(std::int64_t begin, std::int64_t end) const;

 private:
  at::Tensor actions_;  ///< (M, H, A)
  Condition condition_;
};

}  // namespace fm

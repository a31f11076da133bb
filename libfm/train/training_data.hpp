#pragma once
// Recorded episodes as rows to learn from.

#include "libfm/core/random.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/policy/policy_model.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fm {

/// Pairs of what was seen and what the expert did, in the environment's units.
struct Rows {
  Matrix observations;              ///< (M, O)
  Matrix goals;                     ///< (M, G)
  Matrix actions;                   ///< (M, A)
  std::vector<std::int64_t> begin;  ///< (M), the first row of each row's episode
  std::vector<std::int64_t> end;    ///< (M), the row behind the last of it with the same goal

  Eigen::Index size() const { return actions.rows(); }
};

/// The steps of whole episodes, one below another.
Rows rows_of(std::span<const Episode> episodes);

/// Each row's last `history` observations, oldest first, (end - begin, history O). Where they reach beyond the episode,
/// its first observation is repeated.
Matrix observation_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t history);
/// Each row's next `horizon` actions, its own the first, (end - begin, horizon A). Where they reach beyond the episode
/// or its goal, the last action there is repeated.
Matrix action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon);

struct Split {
  Rows train;
  Rows validation;
};

/// Holds out the given share of the episodes (at least one if the share is above 0 and there are two), and of the
/// states labelled one by one; which ones is drawn from `stream`.
Split split_rows(const Dataset& dataset, double validation, const RandomStream& stream);

/// Rows on a device, normalised as the model asks, each with its window: the observations up to it and the actions from
/// it on. Where a window reaches beyond its episode, the episode's first observation or last action is repeated; so is
/// the last action for its goal.
class TrainingData {
 public:
  /// @throws InputError if the policy predicts several actions and a row has no action behind it.
  TrainingData(const Rows& rows, const PolicyModel& model);

  std::int64_t size() const { return actions_.size(0); }
  /// @param indices (B), int64
  Batch batch(const at::Tensor& indices) const;
  Batch range(std::int64_t begin, std::int64_t end) const;

 private:
  Batch windows(const at::Tensor& rows) const;
  Batch single_steps(const at::Tensor& rows) const;
  at::Tensor goals(const at::Tensor& rows) const;

  at::Tensor actions_;   ///< (M, A)
  Condition condition_;  ///< observations (M, 1, O), goals (M, G), none of them masked
  at::Tensor begin_;     ///< (M), int64, as in Rows
  at::Tensor last_;      ///< (M), int64, the row before Rows' end
  at::Tensor history_;   ///< (h), -(h - 1) ... 0
  at::Tensor ahead_;     ///< (H), 0 ... H - 1
};

}  // namespace fm

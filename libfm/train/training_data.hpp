#pragma once
// Recorded episodes as training rows.

#include "libfm/core/random.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/train/row_parts.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace fm {

/// The steps of all episodes, concatenated.
Rows rows_of(std::span<const Episode> episodes);

/// Each row's last `history` observations, oldest first, (end - begin, history O). Before the start of the episode its
/// first observation is repeated.
Matrix observation_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t history);
/// Each row's next `horizon` actions, starting with its own, (end - begin, horizon A). Beyond the end of the episode or
/// a change of its goal, the last action is repeated.
Matrix action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon);

/// action_windows minus what a policy's actions are relative to at each row, 0 for absolute ones.
Matrix relative_action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon,
                               const RelativeActions& relative);
/// All actions that a policy is trained to predict, in the environment's units, for its normaliser: the rows' own (M, A), or
/// of a policy with relative actions those of all windows (M H, A).
Matrix predicted_actions(const Rows& rows, const PolicyDescription& description);

struct Split {
  RowParts train;
  RowParts validation;
};

/// For each episode the first one with the same observations, goals and actions: itself, unless it is a copy.
std::vector<std::size_t> originals_of(const Episodes& episodes);

/// Holds out the given share of the episodes, drawn from `stream` (at least one if the share is above 0), and likewise of
/// the individually labelled states. Copies are on the side of their originals. Where a single episode is more than twice
/// the share, as with two episodes and 5 %, the last steps of every episode are held out instead, at least those of one
/// prediction, at most half; both parts are then as episodes of their own.
/// Episodes that have a side in the dataset are on that one, whole.
/// Each side is a single part, in the order of the episodes, unless it has more rows than that: then its episodes and
/// states are dealt to parts of about equal numbers of rows at random, by `stream`.
/// @param horizon actions of a prediction
/// @param most_rows of a part for training, which has at least one episode; a quarter of that for validation
Split split_rows(const Dataset& dataset, double validation, Eigen::Index horizon, const RandomStream& stream,
                 std::int64_t most_rows = std::numeric_limits<std::int64_t>::max());

/// Training rows on a device, normalised for the model. Each row has a window: the observations up to it and the
/// actions from it on, padded as by observation_windows and action_windows.
class TrainingData {
 public:
  /// @throws InputError for a number that is beyond float32's range when normalised.
  TrainingData(const Rows& rows, const PolicyModel& model);

  std::int64_t size() const { return actions_.size(0); }
  /// @param indices (B), int64
  Batch batch(const at::Tensor& indices) const;
  Batch range(std::int64_t begin, std::int64_t end) const;

 private:
  Batch windows(const at::Tensor& rows) const;
  Batch single_steps(const at::Tensor& rows) const;
  void prepare_relative_chunks(const Rows& rows, const PolicyModel& model);
  /// The difference of actions_ (N, H, A) and the references of their windows' rows (N).
  at::Tensor relative(const at::Tensor& actions, const at::Tensor& rows) const;
  at::Tensor goals(const at::Tensor& rows) const;

  at::Tensor table_;    ///< (M, A + O + G), on CUDA for windows of one row: the next three side by side
  at::Tensor actions_;  ///< (M, A); where references_ are defined not yet relative, unclipped and in float64
  /// (M, A), float64, for chunks of relative actions: what those of each row's window are relative to, in units of actions_.
  at::Tensor references_;
  Condition condition_;  ///< observations (M, 1, O), goals (M, G), none of them masked
  at::Tensor begin_;     ///< (M), int64, Rows::begin
  at::Tensor last_;      ///< (M), int64, Rows::end - 1
  at::Tensor history_;   ///< (h), -(h - 1) ... 0
  at::Tensor ahead_;     ///< (H), 0 ... H - 1
  bool clip_;            ///< of the actions' normaliser
};

}  // namespace fm

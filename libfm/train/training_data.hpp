#pragma once
// Training rows on a device.

#include "libfm/policy/policy_model.hpp"
#include "libfm/train/row_parts.hpp"

#include <cstdint>

namespace fm {

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

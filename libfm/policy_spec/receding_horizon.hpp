#pragma once
// The memory of a policy while it acts: each environment copy's last observations, and predictions with actions still
// to execute. Of each predicted chunk, sampler.executed actions are executed before the next prediction (receding
// horizon, Chi et al. 2023); with an ensemble an action is the weighted mean of all predictions for its step (temporal
// ensembling, Zhao et al. 2023, where the oldest prediction has the largest weight; here the newest has).

#include "libfm/env/policy.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <span>
#include <vector>

namespace fm {

class RecedingHorizon {
 public:
  /// @throws InputError if sampler.executed exceeds policy.horizon.prediction, or the horizons need too much memory.
  explicit RecedingHorizon(const PolicyDescription& description);

  /// Clears the memory of `rows` of `copies`. Nothing is allocated afterwards while the number of copies is unchanged.
  void reset(int copies, std::span<const int> rows);

  /// Stores observations and goals. An episode's first observation fills the whole history; predictions made for
  /// another goal are discarded.
  void observe(const PolicyInput& input);

  /// Whether the copy needs a new prediction: every sampler.executed steps.
  bool is_due(int copy) const;
  bool has_prediction(int copy) const { return copies_[static_cast<std::size_t>(copy)].predictions > 0; }

  /// (h O), oldest first, in the environment's units.
  std::span<const double> history(int copy) const;
  /// The last prediction (H A), shifted to the current step, with its last action repeated at the end; relative actions
  /// are relative to the current observation.
  void guess(int copy, std::span<float> actions) const;
  /// @param actions (H A), normalised, from the current step on; relative ones to the current observation
  void add_prediction(int copy, std::span<const float> actions);
  /// The current action (A), normalised, and in the environment's units what it is relative to (A), 0 for absolute
  /// actions; advances the copy by one step. If either is not finite, for example because an observation was not, the
  /// predictions are discarded and the next step starts from noise.
  void next_action(int copy, std::span<float> action, std::span<double> reference);

 private:
  struct Copy {
    bool fresh = true;
    int predictions = 0;
    int newest = 0;  ///< slot of the newest prediction; the previous one is in the next slot
  };
  void resize(std::size_t copies);
  void observe(std::size_t copy, const double* observation, const double* goal);
  /// Actions (H A) relative to the last prediction's reference become relative to the current observation.
  void rebase(int copy, std::span<float> actions) const;
  const double* current_observation(int copy) const;
  /// Slot of the prediction made `back` predictions before the newest.
  std::size_t slot(int copy, int back) const;
  const float* action_at(std::size_t slot, int index) const;
  double* reference_of(std::size_t slot) { return references_.data() + slot * static_cast<std::size_t>(actions_); }

  int history_, horizon_, executed_;
  int observations_, actions_, goals_;  ///< O, A, G
  int kept_;  ///< slots per copy: with an ensemble, all predictions that cover the current step
  double decay_;
  RelativeActions relative_;
  std::vector<double> scale_;  ///< (A), of the actions' normaliser
  std::vector<Copy> copies_;
  std::vector<double> histories_;   ///< (N, h, O)
  std::vector<double> last_goals_;  ///< (N, G)
  std::vector<float> predictions_;  ///< (N, kept, H, A)
  std::vector<double> references_;  ///< (N, kept, A), what the predictions are relative to
  std::vector<int> ages_;           ///< (N, kept), steps since the prediction was made
};

}  // namespace fm

#pragma once
// The memory of a policy while it acts: each environment copy's last observations, and predictions with actions still
// to execute. Of each predicted chunk, sampler.executed actions are executed before the next prediction (receding
// horizon, Chi et al. 2023); with an ensemble an action is the weighted mean of all predictions for its step (temporal
// ensembling, Zhao et al. 2023, where the oldest prediction has the largest weight; here the newest has).
//
// With a delay d, the prediction from the observation of step t is executed from step t + d on, beginning with its
// action for that step; until then the predictions before it are. Where there are none, because an episode begins or an
// action was not finite, it is executed at once.

#include "libfm/env/policy.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <span>
#include <string>
#include <vector>

namespace fm {

/// Options that contradict each other.
struct HorizonProblem {
  std::vector<const char*> keys;  ///< first the one that the text is about
  std::string text;
};

std::vector<HorizonProblem> horizon_problems(const HorizonOptions& horizon, const SamplerOptions& sampler);

class RecedingHorizon {
 public:
  /// @throws InputError for horizon_problems, or if the horizons need too much memory.
  explicit RecedingHorizon(const PolicyDescription& description);

  /// Clears the memory of `rows` of `copies`. Nothing is allocated afterwards while the number of copies is unchanged.
  void reset(int copies, std::span<const int> rows);

  /// Stores observations and goals. An episode's first observation fills the whole history; predictions made for
  /// another goal are executed only until there is one for this goal.
  void observe(const PolicyInput& input);

  /// Whether the copy needs a new prediction: every sampler.executed steps, and for another goal as soon as the last
  /// prediction is there.
  bool is_due(int copy) const;
  /// Whether there is a last prediction, for the current goal.
  bool has_guess(int copy) const;

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
    int goal = 0;    ///< number of the current goal within the episode
  };
  struct Prediction {
    int age;    ///< steps since it was begun
    int begin;  ///< age from which it is executed
    int goal;   ///< Copy::goal when it was begun
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

  int history_, horizon_, executed_, delay_;
  int observations_, actions_, goals_;  ///< O, A, G
  int kept_;  ///< slots per copy: with an ensemble, all predictions that cover the current step
  bool averages_;
  double decay_;
  RelativeActions relative_;
  std::vector<double> scale_;  ///< (A), of the actions' normaliser
  std::vector<Copy> copies_;
  std::vector<double> histories_;        ///< (N, h, O)
  std::vector<double> visible_goals_;    ///< (G), 0 for hidden ones: their changes are not seen
  std::vector<double> last_goals_;       ///< (N, G)
  std::vector<float> predicted_;         ///< (N, kept, H, A)
  std::vector<double> references_;       ///< (N, kept, A), what the predictions are relative to
  std::vector<Prediction> predictions_;  ///< (N, kept)
};

}  // namespace fm

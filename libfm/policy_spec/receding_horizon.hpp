#pragma once
// What a policy remembers of the episodes it acts in: each copy's last observations, and the predictions whose actions
// are still to come. Where a prediction has several actions, sampler.executed of them are executed before the next is
// made (receding horizon, Chi et al. 2023); with an ensemble an action is the mean of all predictions for its step
// (temporal ensembling, Zhao et al. 2023; there the oldest prediction weighs most, here the newest).

#include "libfm/env/policy.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <span>
#include <vector>

namespace fm {

class RecedingHorizon {
 public:
  /// @throws InputError if sampler.executed is more than what is predicted, or if that is too much to remember.
  explicit RecedingHorizon(const PolicyDescription& description);

  /// Begins anew in `rows` of `copies`. Nothing is allocated afterwards, while the number of copies stays the same.
  void reset(int copies, std::span<const int> rows);

  /// Takes in observations and goals. An episode's first observation stands for those before it; what was predicted for
  /// another goal is forgotten.
  void observe(const PolicyInput& input);

  /// Whether the copy needs a new prediction: every sampler.executed steps.
  bool is_due(int copy) const;
  bool has_prediction(int copy) const { return copies_[static_cast<std::size_t>(copy)].predictions > 0; }

  /// (h O), oldest first, in the environment's units.
  std::span<const float> history(int copy) const;
  /// The last prediction (H A), moved on to now; its last action stands for what lies beyond it.
  void guess(int copy, std::span<float> actions) const;
  /// @param actions (H A), normalised, from the present step on
  void add_prediction(int copy, std::span<const float> actions);
  /// The present action (A), normalised; the copy's time moves on. Where it is not finite, as after a reading that was
  /// not, predictions are forgotten: the next step begins from noise.
  void next_action(int copy, std::span<float> action);

 private:
  struct Copy {
    bool fresh = true;
    int predictions = 0;
    int newest = 0;  ///< the slot of the last; the one before it is in the next slot
  };
  void resize(std::size_t copies);
  void observe(std::size_t copy, const float* observation, const float* goal);
  /// Of the prediction that is `back` before the newest.
  std::size_t slot(int copy, int back) const;
  const float* action_at(std::size_t slot, int index) const;

  int history_, horizon_, executed_;
  int observations_, actions_, goals_;  ///< O, A, G
  int kept_;  ///< with an ensemble, as many predictions as can still speak about the present step
  double decay_;
  std::vector<Copy> copies_;
  std::vector<float> histories_;    ///< (N, h, O)
  std::vector<float> asked_;        ///< (N, G), the goals
  std::vector<float> predictions_;  ///< (N, kept, H, A)
  std::vector<int> ages_;           ///< (N, kept), steps since the prediction was made
};

}  // namespace fm

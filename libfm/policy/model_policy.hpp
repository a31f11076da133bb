#pragma once
// A trained model in the role of a Policy: what rollouts, evaluation and the launcher let act.
//
// It remembers each row's last observations, and the predictions whose actions are still to come. Where a prediction
// has several actions, sampler.executed of them are executed before the next is made (receding horizon, Chi et al.
// 2023).

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/policy/policy_model.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace fm {

class ModelPolicy final : public Policy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) override;
  /// Actions are clipped to the bounds of the environment's specification.
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  /// Actions (H, A), normalised, for a row's steps from `age` steps ago on.
  struct Prediction {
    Matrix actions;
    int age = 0;
  };

  struct Row {
    bool fresh = true;
    Matrix observations;                 ///< (h, O), oldest first, in the environment's units
    std::deque<Prediction> predictions;  ///< the newest first
  };

  bool is_due(const Row& row) const;
  void observe(const PolicyInput& input);
  /// Makes predictions for the given rows, all with a last one to begin from, or all without.
  void predict(const PolicyInput& input, const std::vector<int>& rows, bool from_last);
  at::Tensor guesses(const std::vector<int>& rows) const;
  /// (A), normalised.
  Eigen::RowVectorXf next_action(Row& row) const;

  std::shared_ptr<const PolicyModel> model_;
  RandomStream noise_;
  at::TensorOptions options_;
  std::vector<Row> rows_;
};

}  // namespace fm

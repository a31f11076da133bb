#pragma once
// The input features that all networks share: embedded times, observations, and the goal or the learned null goal that
// replaces a masked one. Where the number of committed actions is an input, its share of the chunk is a further time.

#include "libfm/nn/conditional_net.hpp"
#include "libfm/nn/time_embedding.hpp"

#include <memory>

namespace fm {

class ConditionFeatures {
 public:
  /// Registers its modules and parameters with `owner`.
  ConditionFeatures(torch::nn::Module& owner, int time_features, const NetworkSizes& sizes);

  /// (N, time_size()); undefined where time is no input or has no features.
  at::Tensor time(const at::Tensor& times, const Condition& condition) const;
  int time_size() const { return (times_ + (committed_ ? 1 : 0)) * embedding_->size(); }
  const TimeEmbedding& embedding() const { return *embedding_; }

  /// The goal, or the null goal where it is masked, (N, G); undefined where G is 0.
  at::Tensor goal(const Condition& condition) const;

  /// [first, time, observations, goal] along the second dimension; undefined parts are omitted.
  /// @param first, observations (N, any), possibly undefined
  at::Tensor joined(const at::Tensor& first, const at::Tensor& times, const at::Tensor& observations,
                    const Condition& condition) const;
  /// Width of joined() without `first`, given the condition's observations.
  int size() const { return time_size() + observations_ + goals_; }

  /// Whether no feature has learned parameters.
  bool fixed() const { return goals_ == 0; }

 private:
  int times_;
  int observations_;  ///< h O
  int goals_;
  bool committed_;
  int horizon_;  ///< H
  std::shared_ptr<TimeEmbedding> embedding_;
  at::Tensor null_goal_;  ///< (G), learned
};

}  // namespace fm

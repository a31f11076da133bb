#pragma once
// What every velocity network makes of its times and its condition before it begins: embedded times, observations, and
// the goal or the learned null goal that stands for none.

#include "libfm/nn/time_embedding.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <memory>

namespace fm {

class ConditionFeatures {
 public:
  /// Registers what it learns with `owner`.
  ConditionFeatures(torch::nn::Module& owner, int time_features, const NetworkSizes& sizes);

  /// (N, time_size())
  at::Tensor time(const at::Tensor& times) const { return embedding_->forward(times); }
  int time_size() const { return times_ * embedding_->size(); }
  const TimeEmbedding& embedding() const { return *embedding_; }

  /// The goal, or the null goal where it is masked, (N, G); undefined where G is 0.
  at::Tensor goal(const Condition& condition) const;

  /// [time, observations, goal], (N, size()).
  at::Tensor all(const at::Tensor& times, const Condition& condition) const;
  int size() const { return time_size() + observations_ + goals_; }

  /// Whether nothing of them is learned.
  bool fixed() const { return goals_ == 0; }

 private:
  int times_;
  int observations_;  ///< h O
  int goals_;
  std::shared_ptr<TimeEmbedding> embedding_;
  at::Tensor null_goal_;  ///< (G), learned
};

}  // namespace fm

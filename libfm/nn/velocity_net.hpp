#pragma once
// The contract of velocity networks v_theta(z, t | condition).

#include "libfm/core/random.hpp"
#include "libfm/policy_spec/network_options.hpp"

#include <torch/nn/module.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>

namespace fm {

/// What an action is conditioned on, normalised.
struct Condition {
  at::Tensor observations;  ///< (N, h, O), the last h observations, oldest first
  at::Tensor goal;          ///< (N, G); may be undefined where G is 0
  at::Tensor goal_mask;     ///< (N), 1 where the goal counts, 0 where the learned null goal stands for it
};

struct NetworkSizes {
  int actions = 0;              ///< A
  int action_horizon = 1;       ///< H
  int observations = 0;         ///< O
  int observation_history = 1;  ///< h
  int goals = 0;                ///< G
  int times = 1;                ///< 2 where the step's length is an input too
};

/// Points on the paths of a batch, rows [begin, begin + count), made by one thread.
struct PathRows {
  int begin;
  int count;
  float* z;        ///< (count, H A), to be filled, as the others
  float* times;    ///< (count)
  float* targets;  ///< (count, H A), of the network's output
  float* weights;  ///< (count), of the rows' squared errors
};

using MakePathRows = std::function<void(const PathRows& rows)>;

class VelocityNet : public torch::nn::Module {
 public:
  /// @param z (N, H, A), normalised
  /// @param times (N, 1), or (N, 2) where the step's length is an input too
  /// @return (N, H, A), dz/dt
  at::Tensor forward(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const {
    evaluations_.fetch_add(1, std::memory_order_relaxed);
    return velocity(z, times, condition);
  }

  /// Whether regress can learn from such actions (N, H, A) under this condition.
  virtual bool regresses(const at::Tensor& /*actions*/, const Condition& /*condition*/) const { return false; }

  /// Regression without autograd: the mean of weight (output - target)^2, its gradient set in the parameters in place
  /// of what stood there. The same numbers as by forward and backward, within rounding.
  virtual double regress(const MakePathRows& /*make*/, const Condition& /*condition*/) const {
    throw std::logic_error("a network that does not regress");
  }

  /// How often forward was called: what "number of function evaluations" counts.
  std::int64_t evaluations() const { return evaluations_.load(std::memory_order_relaxed); }

 private:
  virtual at::Tensor velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const = 0;

  mutable std::atomic<std::int64_t> evaluations_ = 0;
};

/// By options.name, weights drawn from `init`.
std::shared_ptr<VelocityNet> make_velocity_net(const NetworkOptions& options, const NetworkSizes& sizes,
                                               const RandomStream& init);

}  // namespace fm

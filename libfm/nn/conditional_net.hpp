#pragma once
// The interface of networks conditioned on observations and a goal: f(z, times | condition), where z and times
// are inputs only if the network's sizes say so. With both, and as many outputs as numbers in z, it is the velocity
// network v_theta(z, t | s) of flow matching (velocity_net.hpp); without them, for example a mixture head or a critic.

#include "libfm/core/random.hpp"
#include "libfm/nn/cuda_support.hpp"
#include "libfm/policy_spec/network_options.hpp"

#include <torch/nn/module.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace fm {

/// What an action is conditioned on, normalised.
struct Condition {
  at::Tensor observations;  ///< (N, h, O), the last h observations, oldest first
  at::Tensor goal;          ///< (N, G); may be undefined where G is 0
  at::Tensor goal_mask;     ///< (N), 1 where the goal is used, 0 where the learned null goal replaces it
  /// (N), how many of z's first rows are given actions without noise; undefined: none.
  at::Tensor committed = {};
};

/// Sizes of a network's inputs and outputs. A velocity network has z and as many outputs.
struct NetworkSizes {
  int actions = 0;              ///< A, numbers in each of z's H rows; 0: z is no input
  int action_horizon = 1;       ///< H, rows of z and of the output
  int observations = 0;         ///< O
  int observation_history = 1;  ///< h
  int goals = 0;                ///< G
  int times = 1;                ///< 2 where the step's length is an input too; 0: time is no input
  bool committed = false;       ///< whether Condition::committed is an input
  std::optional<int> outputs;   ///< numbers in each of the output's H rows; empty: A

  int row_outputs() const { return outputs.value_or(actions); }
};

/// Points on the paths of a batch, rows [begin, begin + count), filled by one thread.
struct PathRows {
  int begin;
  int count;
  float* z;        ///< (count, H A); output, as are the following
  float* times;    ///< (count)
  float* targets;  ///< (count, H A), of the network's output
  float* weights;  ///< (count), of the rows' squared errors
};

using FillPathRows = std::function<void(const PathRows& rows)>;

class ConditionalNet : public torch::nn::Module {
 public:
  /// Inputs are not checked.
  ConditionalNet() = default;
  /// Inputs are checked against the sizes.
  explicit ConditionalNet(const NetworkSizes& sizes) : sizes_(sizes) {}

  /// @param z (N, H, A), normalised; undefined where it is no input
  /// @param times (N, K), K as the sizes say; undefined where K is 0
  /// @return (N, H, outputs)
  /// @throws std::invalid_argument with the expected shape if z, times or observations have another.
  at::Tensor forward(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const;

  /// The same without z and times.
  at::Tensor forward(const Condition& condition) const { return forward({}, {}, condition); }

  /// Regression without autograd on the rows that `fill` fills: the mean of weight (output - target)^2, whose gradient
  /// replaces the gradients of the parameters. Equal to forward and backward within rounding. Returns nullopt, without
  /// side effects, if the network does not support this for these actions (N, H, A) under this condition.
  virtual std::optional<double> try_regression(const FillPathRows& /*fill*/, const at::Tensor& /*actions*/,
                                               const Condition& /*condition*/) const {
    return std::nullopt;
  }

  /// The same for points on CUDA: the loss, a scalar on the device; undefined if the network does not support this.
  virtual at::Tensor try_regression(const DevicePoints& /*points*/, const Condition& /*condition*/) const { return {}; }

  /// Number of calls of forward, for the number of function evaluations (NFE).
  std::int64_t evaluations() const { return evaluations_.load(std::memory_order_relaxed); }

 protected:
  const NetworkSizes& sizes() const { return *sizes_; }

 private:
  void check(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const;
  virtual at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const = 0;

  std::optional<NetworkSizes> sizes_;
  mutable std::atomic<std::int64_t> evaluations_ = 0;
};

/// The network options.name, with weights drawn from `init`. @throws InputError for options that do not fit the sizes.
std::shared_ptr<ConditionalNet> make_network(const NetworkOptions& options, const NetworkSizes& sizes,
                                             const RandomStream& init);

using RegisteredNetwork = std::function<std::shared_ptr<ConditionalNet>(
    const ErasedOptions& own, const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init)>;

/// Adds a network of one's own, `make(own_options, network_options, sizes, init)`, which returns a shared pointer to a
/// ConditionalNet; in YAML its options stand under `network` and its name.
/// @throws std::invalid_argument if the name is taken
template <HasFields Options, class Make>
void add_network(Registry& registry, const std::string& name, Make make, Options defaults = {}) {
  RegisteredNetwork erased = [make](const ErasedOptions& own, const NetworkOptions& options, const NetworkSizes& sizes,
                                    const RandomStream& init) {
    return make(own.template as<Options>(), options, sizes, init);
  };
  registry.add(Registry::Kind::network, name, {ErasedOptions(std::move(defaults)), "", std::move(erased)});
}

}  // namespace fm

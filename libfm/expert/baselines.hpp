#pragma once
// Baseline policies for any environment: zero actions and random actions.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"

#include <cstdint>
#include <vector>

namespace fm {

/// Acts with zeros.
class ZeroPolicy final : public Policy {
 public:
  /// @param actions those of the environment's spec
  explicit ZeroPolicy(const std::vector<Dimension>& actions) : size_(static_cast<Eigen::Index>(actions.size())) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  Eigen::Index size_;
};

/// Uniform within the bounds; unbounded dimensions are sampled as Gymnasium does: standard normal without bounds,
/// exponential with mean 1 from a single bound. A function of (seed, episode, step) alone.
class RandomPolicy final : public Policy {
 public:
  RandomPolicy(std::vector<Dimension> actions, std::uint64_t seed)
      : actions_(std::move(actions)), stream_(seed, "random policy") {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  std::vector<Dimension> actions_;
  RandomStream stream_;
};

}  // namespace fm

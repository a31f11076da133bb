#pragma once
// What every controller must beat: doing nothing, and torques drawn at random. They fit every environment.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"

#include <cstdint>
#include <vector>

namespace fm {

/// Always zero.
class ZeroPolicy final : public Policy {
 public:
  /// @param actions the environment's
  explicit ZeroPolicy(const std::vector<Dimension>& actions) : size_(static_cast<Eigen::Index>(actions.size())) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  Eigen::Index size_;
};

/// Uniform within the bounds; where there are none, as Gymnasium samples its spaces: standard normal, or with one bound
/// an exponential distribution of mean 1 from there. A function of (seed, episode, step) alone.
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

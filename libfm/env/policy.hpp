#pragma once
// The contract of everything that acts: experts, learned policies, baselines, the realtime engine.

#include "libfm/env/environment.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// What a policy sees of N environment copies.
struct PolicyInput {
  const Matrix& observations;               ///< (N, O)
  const Matrix& goals;                      ///< (N, G)
  std::span<const std::uint64_t> episodes;  ///< the episode each row is in; keys a policy's own randomness
  std::span<const std::uint32_t> steps;     ///< the step of that episode
};

struct PolicyOutput {
  Matrix actions;  ///< (N, A), in the environment's units
  Matrix extras;   ///< (N, E), the columns that extras() names
};

class Policy {
 public:
  virtual ~Policy() = default;

  /// A new episode begins in `rows`: forget what was remembered of them. `copies` is N of the calls to act that follow.
  virtual void reset(int copies, std::span<const int> rows) = 0;

  /// A row's action depends on that row's inputs and history alone, not on the rows beside it.
  virtual void act(const PolicyInput& input, PolicyOutput& output) = 0;

  /// Names of further columns that act fills and the rollout records: log-probability, value, noise.
  virtual std::vector<std::string> extras() const { return {}; }
};

/// Makes a policy of its own for each thread; weights may be shared.
using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

}  // namespace fm

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

/// What a policy sees of N running environment copies.
struct PolicyInput {
  const Matrix& observations;               ///< (N, O)
  const Matrix& goals;                      ///< (N, G)
  std::span<const std::uint64_t> episodes;  ///< (N), the episode each row is in; keys a policy's own randomness
  std::span<const std::uint32_t> steps;     ///< (N), the step of that episode
  /// (N), the copy that each row is of, which keys a policy's memory; empty: row i is copy i.
  std::span<const int> copies = {};

  int copy(Eigen::Index row) const {
    return copies.empty() ? static_cast<int>(row) : copies[static_cast<std::size_t>(row)];
  }
};

struct PolicyOutput {
  Matrix actions;  ///< (N, A), in the environment's units; sized by act()
  Matrix extras;   ///< (N, E), the columns that extras() names; sized by the caller, filled by act()
};

/// An object belongs to one thread at a time; what several share is const.
class Policy {
 public:
  virtual ~Policy() = default;

  /// A new episode begins in `rows`, some of `copies` copies: forget what was remembered of them.
  virtual void reset(int copies, std::span<const int> rows) = 0;

  /// A row's action depends on that row's inputs and its copy's history alone, not on the rows beside it: to the last
  /// bit, except between a policy that was reset for a single copy and one for several.
  virtual void act(const PolicyInput& input, PolicyOutput& output) = 0;

  /// Names of further columns that act fills and the rollout records: log-probability, value, noise.
  virtual std::vector<std::string> extras() const { return {}; }
};

/// Makes a policy of its own for each thread; weights may be shared. May be called from several threads at once.
using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

}  // namespace fm

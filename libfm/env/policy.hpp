#pragma once
// The interface of everything that acts: experts, learned policies, baselines, the realtime engine.

#include "libfm/env/environment.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// The input of a policy for N running environment copies.
struct PolicyInput {
  const Matrix& observations;               ///< (N, O)
  const Matrix& goals;                      ///< (N, G)
  std::span<const std::uint64_t> episodes;  ///< (N), each row's episode; keys the policy's own randomness
  std::span<const std::uint32_t> steps;     ///< (N), each row's step in its episode
  /// (N), each row's copy, which keys the policy's memory; empty: row i is copy i.
  std::span<const int> copies = {};
  /// (N, S), for experts that plan: the state of the simulation itself. Null: not known.
  const Matrix* states = nullptr;

  int copy(Eigen::Index row) const {
    return copies.empty() ? static_cast<int>(row) : copies[static_cast<std::size_t>(row)];
  }
};

struct PolicyOutput {
  Matrix actions;  ///< (N, A), in the environment's units; sized by act()
  Matrix extras;   ///< (N, E), the columns that extras() names; sized by the caller, filled by act()
};

/// An object may be used by one thread at a time. Data shared between objects is const.
class Policy {
 public:
  virtual ~Policy() = default;

  /// A new episode begins in `rows` of `copies` copies: their memory is cleared.
  virtual void reset(int copies, std::span<const int> rows) = 0;

  /// A row's action depends only on that row's inputs and its copy's history, not on the other rows. This holds
  /// bit-exactly, except between a policy that was reset for a single copy and one reset for several.
  virtual void act(const PolicyInput& input, PolicyOutput& output) = 0;

  /// Names of additional columns that act() fills and the rollout records: log-probability, value, noise.
  virtual std::vector<std::string> extras() const { return {}; }
};

/// Makes a separate policy for each thread; weights may be shared. Thread-safe.
using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

}  // namespace fm

#pragma once
// The contract of environments: N copies stepped together, row i of every matrix is copy i.

#include "libfm/core/random.hpp"

#include <Eigen/Core>

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// Row-major, so that LibTorch can view it as a tensor without a copy.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using StateMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One dimension of an observation, action, goal or state.
struct Dimension {
  std::string name;
  std::string unit;
  double low;   ///< may be -infinity
  double high;  ///< may be infinity

  bool is_bounded() const { return std::isfinite(low) && std::isfinite(high); }
  bool operator==(const Dimension&) const = default;
};

struct EnvSpec {
  std::string name;
  std::vector<Dimension> observations;  ///< O of them
  std::vector<Dimension> actions;       ///< A
  std::vector<Dimension> goals;         ///< G; empty: the environment has no goals
  /// S of them. Finite bounds on all of them say that states drawn uniformly within these bounds make sense.
  std::vector<Dimension> states;
  double time_step = 0.0;  ///< s
  int horizon = 0;         ///< steps until an episode is truncated

  bool operator==(const EnvSpec&) const = default;
};

/// Whether there is at least one dimension and every bound is finite.
bool are_bounded(const std::vector<Dimension>& dimensions);

/// What one step did, a value for each row. A row that had ended before the step has zeros.
struct StepResult {
  Eigen::VectorXd rewards;
  std::vector<std::uint8_t> terminated;  ///< the task ended here: no value lies beyond
  std::vector<std::uint8_t> truncated;   ///< time ran out: the state would have gone on
  std::vector<std::uint8_t> success;     ///< the episode counts as a success if it ends here

  /// Zeros for `copies` rows.
  void clear(int copies);
};

/// A state worth looking at, by name: where the pictures of a policy are taken.
struct Landmark {
  std::string name;
  std::vector<double> state;  ///< (S)
};

struct Episode;

/// N copies of an environment. Physics is in double. There is no automatic reset: a row whose episode was terminated or
/// truncated has ended, and keeps its final observation, goal and state until it is reset or put into a state. Nothing
/// is random but through the streams passed in. An object belongs to one thread at a time.
class VectorEnv {
 public:
  virtual ~VectorEnv() = default;
  virtual const EnvSpec& spec() const = 0;
  virtual int copies() const = 0;

  /// Begins a new episode in each of `rows`; episodes[i] is the position in `initial` that the start is drawn from.
  virtual void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes,
                     const RandomStream& initial) = 0;

  /// Moves the rows on that have not ended.
  /// @param actions (N, A), in the units of spec().actions, clipped to their bounds; those of ended rows are not read
  virtual void step(const Matrix& actions, StepResult& result) = 0;

  virtual const Matrix& observations() const = 0;  ///< (N, O)
  virtual const Matrix& goals() const = 0;         ///< (N, G), of the present step

  /// Holds goals (rows, G) from here on, until the next reset of the row. @throws InputError if G is 0.
  virtual void set_goals(std::span<const int> rows, const Matrix& goals) = 0;

  virtual StateMatrix states() const = 0;  ///< (N, S)
  /// Puts rows into states (rows, S), at the beginning of an episode.
  virtual void set_states(std::span<const int> rows, const StateMatrix& states) = 0;

  virtual std::vector<Landmark> landmarks() const { return {}; }

  /// Further metrics over whole episodes, by name.
  virtual std::map<std::string, double> metrics(std::span<const Episode>) const { return {}; }
};

/// How to make an environment, and what it will be. Empty where there is none. `make` may be called from several
/// threads at once.
struct EnvFactory {
  EnvSpec spec;
  std::function<std::unique_ptr<VectorEnv>(int copies)> make;

  explicit operator bool() const { return static_cast<bool>(make); }
};

}  // namespace fm

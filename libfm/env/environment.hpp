#pragma once
// The interface of environments: N copies stepped together; row i of every matrix belongs to copy i.

#include "libfm/core/random.hpp"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fm {

/// Quantities in the environment's units: in double precision, since a small variation around a large offset (a position
/// in UTM coordinates, a time stamp) is lost in float32. Row-major, so that LibTorch can view it as a tensor.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// What networks compute with: weights, noise, normalised quantities.
using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

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
  /// S of them. If all bounds are finite, states drawn uniformly within them are meaningful.
  std::vector<Dimension> states;
  double time_step = 0.0;  ///< s
  int horizon = 0;         ///< steps until an episode is truncated

  bool operator==(const EnvSpec&) const = default;
};

/// Whether there is at least one dimension and every bound is finite.
bool are_bounded(const std::vector<Dimension>& dimensions);

/// The outcome of one step, a value per row; zero for rows that had ended before the step.
struct StepResult {
  Eigen::VectorXd rewards;               ///< (N)
  std::vector<std::uint8_t> terminated;  ///< the episode reached a terminal state: no further value
  std::vector<std::uint8_t> truncated;   ///< the time limit was reached in a non-terminal state
  std::vector<std::uint8_t> success;     ///< the episode counts as a success if it ends here
  /// The simulation diverged: the episode is terminated, and the row keeps its last finite observation and state.
  std::vector<std::uint8_t> diverged;

  /// Zeros for `copies` rows.
  void clear(int copies);
  /// Room for `copies` rows, for an environment that sets rewards, truncated and success of each and never diverges.
  void resize(int copies) {
    if (rewards.size() != copies) clear(copies);
  }
};

/// A named reference state, at which a policy is visualised.
struct Landmark {
  std::string name;
  std::vector<double> state;  ///< (S), in the units of EnvSpec::states
};

/// A solid that stands for a part of the environment in pictures.
struct Shape {
  enum class Kind { sphere, capsule, cylinder, box, ellipsoid, plane };
  Kind kind;
  std::array<double, 3> size;    ///< m: radius; radius and half length along z; half lengths. plane: 0 is infinite
  std::array<double, 3> colour;  ///< red, green, blue in [0, 1]
};

/// Where a shape is in the world.
struct Pose {
  std::array<double, 3> position;     ///< m, z up
  std::array<double, 4> orientation;  ///< unit quaternion w, x, y, z
};

struct Episode;

/// N copies of an environment, simulated in double precision. There is no automatic reset: a row whose episode was
/// terminated or truncated keeps its final observation, goal and state until it is reset or its state is set. The
/// streams passed in are the only source of randomness. An object may be used by one thread at a time.
class VectorEnv {
 public:
  virtual ~VectorEnv() = default;
  virtual const EnvSpec& spec() const = 0;
  virtual int copies() const = 0;

  /// Starts a new episode in each of `rows`; episodes[i] is the position in `initial` from which rows[i] is drawn.
  virtual void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes,
                     const RandomStream& initial) = 0;

  /// Steps the rows that have not ended.
  /// @param actions (N, A), in the units of spec().actions, clipped to their bounds; rows that have ended are not read
  virtual void step(const Matrix& actions, StepResult& result) = 0;

  virtual const Matrix& observations() const = 0;  ///< (N, O)
  virtual const Matrix& goals() const = 0;         ///< (N, G), at the current step

  /// Sets goals (rows, G), which hold until the next reset of the row. @throws InputError if G is 0.
  virtual void set_goals(std::span<const int> rows, const Matrix& goals) = 0;

  virtual Matrix states() const = 0;  ///< (N, S)
  /// Starts an episode of each row in the given state (rows, S).
  virtual void set_states(std::span<const int> rows, const Matrix& states) = 0;

  /// The columns of a state that are coordinates: positions, velocities and what a reward remembers of the step before. A
  /// step is differentiable in them, and all else of a state follows. Empty: there are none, or they are not known.
  virtual std::vector<int> coordinates() const { return {}; }

  virtual std::vector<Landmark> landmarks() const { return {}; }

  /// What pictures of the environment show; empty: it has no shape.
  virtual std::vector<Shape> shapes() const { return {}; }
  /// The pose of each shape in the current state of a row.
  virtual std::vector<Pose> poses(int) const { return {}; }

  /// Task-specific metrics over whole episodes, by name.
  virtual std::map<std::string, double> metrics(std::span<const Episode>) const { return {}; }
};

/// @throws InputError unless the goal (G) is one that the environment may be set: as many finite numbers as it has goals
void check_goal(const EnvSpec& spec, const std::vector<double>& goal);

/// Makes environments of a known specification; empty if there is no environment. `make` is thread-safe.
struct EnvFactory {
  EnvSpec spec;
  std::function<std::unique_ptr<VectorEnv>(int copies)> make;
  int most_copies = std::numeric_limits<int>::max();  ///< that one object had better have

  explicit operator bool() const { return static_cast<bool>(make); }
};

}  // namespace fm

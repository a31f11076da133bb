#pragma once
// Iterative LQR with bounds on the actions (Tassa, Mansard, Todorov 2014), for any environment whose states can be set
// and have coordinates. Derivatives of the step and of the reward are central differences of the environment, all steps
// of a trajectory at once; the reward's second derivatives are projected to a concave function.

#include "libfm/env/environment.hpp"

#include <Eigen/Core>

#include <map>
#include <memory>
#include <vector>

namespace fm {

struct IlqrTrajectory {
  Matrix states;   ///< (T + 1, S)
  Matrix actions;  ///< (T, A)
  std::vector<Eigen::MatrixXd>
      gains;  ///< (A, n) for each step: action + gain * (coordinates - those of the trajectory)
  double total_reward = 0.0;
};

class Ilqr {
 public:
  /// @throws InputError if the environment has no coordinates or unbounded actions
  explicit Ilqr(EnvFactory env);

  /// The trajectory of these actions (T, A) from a state (1, S), with a goal (1, G).
  IlqrTrajectory simulate(const Matrix& state, const Matrix& goal, const Matrix& actions);

  /// Improves a trajectory until an iteration gains, or is expected to gain, no more than `tolerance` of its reward, relative,
  /// or `iterations` are done; the gains are those of the last iteration.
  void improve(IlqrTrajectory& trajectory, const Matrix& goal, int iterations, double tolerance = 1e-6);

  /// The total reward of each of several action sequences.
  Eigen::VectorXd evaluate(const Matrix& state, const Matrix& goal, const std::vector<Matrix>& candidates);

  const EnvSpec& spec() const { return factory_.spec; }
  /// Actions within their bounds.
  Eigen::RowVectorXd clipped(const Eigen::VectorXd& actions) const;
  /// The coordinates (n) of a state row.
  Eigen::VectorXd coordinates(const Matrix& states, Eigen::Index row) const;

 private:
  struct Step;
  struct Law;

  /// Takes one step from each row of states (B, S) with actions (B, A). @return next states (B, S) and rewards (B)
  std::pair<Matrix, Eigen::VectorXd> step(const Matrix& states, const Matrix& actions, const Matrix& goal);
  std::vector<Step> differentiate(const IlqrTrajectory& trajectory, const Matrix& goal);
  /// The control law of the backward pass; false if the regularised problem is not convex.
  bool plan(const std::vector<Step>& steps, const Matrix& actions, double regularisation, Law& law) const;
  /// Rolls the law out with several step sizes, and takes the best into `trajectory` if it is better.
  bool roll_out(const Law& law, const Matrix& goal, IlqrTrajectory& trajectory);
  /// An environment with at least so many copies.
  VectorEnv& env(Eigen::Index copies);

  EnvFactory factory_;
  std::vector<int> columns_;  ///< of a state: its coordinates
  Eigen::VectorXd low_, high_;
  std::map<Eigen::Index, std::unique_ptr<VectorEnv>> envs_;  ///< by copies: powers of two
};

}  // namespace fm

#pragma once
// Iterative LQR with bounds on the actions (Tassa, Mansard, Todorov 2014), for any environment whose states can be set
// and have coordinates. Derivatives of the step and of the reward are central differences of the environment, all steps
// of a trajectory at once; the reward's second derivatives are projected to a concave function.

#include "libfm/env/environment.hpp"

#include <Eigen/Core>

#include <functional>
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
  Eigen::Index length = 0;  ///< steps until a terminal state, where the state stays; T if there is none
};

class Ilqr {
 public:
  /// @throws InputError if the environment has no coordinates or unbounded actions
  explicit Ilqr(EnvFactory env);

  /// The trajectory of these actions (T, A) from a state (1, S), with a goal (1, G).
  IlqrTrajectory simulate(const Matrix& state, const Matrix& goal, const Matrix& actions);

  /// The trajectory of a plan's law from its step `from` on, in a state (1, S) that need not be the planned one. Behind the
  /// plan's end its last step is repeated.
  IlqrTrajectory follow(const IlqrTrajectory& plan, Eigen::Index from, const Matrix& state, const Matrix& goal);

  /// The action (A) of a plan's law for its step t in a row of states.
  Eigen::RowVectorXd action(const IlqrTrajectory& plan, Eigen::Index t, const Matrix& states, Eigen::Index row) const;

  /// Improves a trajectory until an iteration gains, or is expected to gain, no more than `tolerance` of its reward, relative,
  /// or `iterations` are done; the gains are those of the last iteration.
  void improve(IlqrTrajectory& trajectory, const Matrix& goal, int iterations, double tolerance = 1e-6);

  /// The total reward of each of several action sequences.
  Eigen::VectorXd evaluate(const Matrix& state, const Matrix& goal, const std::vector<Matrix>& candidates);

  const EnvSpec& spec() const { return factory_.spec; }
  /// Actions within their bounds.
  Eigen::RowVectorXd clipped(const Eigen::VectorXd& actions) const;
  /// The coordinates (n) of a row of states.
  Eigen::VectorXd coordinates(const Matrix& states, Eigen::Index row) const;

 private:
  struct Step;
  struct Law;
  struct Outcome;

  /// Takes one step from each row of states (B, S) with actions (B, A). @return next states (B, S) and rewards (B)
  std::pair<Matrix, Eigen::VectorXd> step(const Matrix& states, const Matrix& actions, const Matrix& goal);
  /// Rolls `rows` copies out from a state for T steps, beyond the time limit but not beyond terminal states.
  /// @param choose the actions (rows, A) of step t in states (rows, S)
  /// @param keep given t, actions and next states
  Outcome roll(const Matrix& state, const Matrix& goal, Eigen::Index rows, Eigen::Index T,
               const std::function<Matrix(Eigen::Index t, const Matrix& states)>& choose,
               const std::function<void(Eigen::Index t, const Matrix& actions, const Matrix& next)>& keep);
  /// The trajectory of one copy.
  IlqrTrajectory roll_one(const Matrix& state, const Matrix& goal, Eigen::Index T,
                          const std::function<Matrix(Eigen::Index t, const Matrix& states)>& choose);
  /// Of the steps until the trajectory's end.
  std::vector<Step> differentiate(const IlqrTrajectory& trajectory, const Matrix& goal);
  /// The control law of the backward pass; false if the regularised problem is not convex.
  bool plan(const std::vector<Step>& steps, const Matrix& actions, double regularisation, Law& law) const;
  /// Rolls the law out with several step sizes, and takes the best into `trajectory` if it is better.
  bool try_law(const Law& law, const Matrix& goal, IlqrTrajectory& trajectory);
  /// An environment with at least so many copies.
  VectorEnv& env(Eigen::Index copies);

  EnvFactory factory_;
  std::vector<int> columns_;  ///< of a state: its coordinates
  Eigen::VectorXd low_, high_;
  std::map<Eigen::Index, std::unique_ptr<VectorEnv>> envs_;  ///< by copies: powers of two
};

}  // namespace fm

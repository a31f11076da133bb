#pragma once
// Trajectory optimisation by direct collocation (Hargraves and Paris 1987): the trajectory from a state to the goal, at rest
// upright, that costs least. States at N + 1 nodes and the controls there, linear in between, are the unknowns of a
// nonlinear program for IPOPT, as is the time h between nodes; each interval's dynamics are one constraint (Hermite-Simpson):
//
//   x_{k+1} - x_k = h/6 (f_k + 4 f_m + f_{k+1}),   x_m = (x_k + x_{k+1})/2 + h/8 (f_k - f_{k+1}),  u_m = (u_k + u_{k+1})/2,
//
// f the equations of motion. The solver begins with straight lines to the goal, and with simulations in which energy is pumped
// in after a random beginning: with those that come closest to the goal.

#include "libfm/core/fields.hpp"
#include "libfm/core/random.hpp"

#include <Eigen/Core>

#include <functional>
#include <memory>
#include <vector>

namespace fm {

struct SwingUpModel;

struct CollocationOptions {
  int intervals = 150;
  double longest = 6.0;
  int guesses = 256;
  int tried = 8;
  int solutions = 1;
  int iterations = 120;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("intervals", intervals, "intervals of a trajectory", between(2, 10000));
    visit("longest", longest, "time in which a trajectory must reach the goal, s", between(0.1, 1000.0));
    visit("guesses", guesses, "simulations in which energy is pumped in, of which the best are improved",
          between(1, 100000));
    visit("tried", tried, "how many of them IPOPT tries to improve at most", between(1, 1000));
    visit("solutions", solutions, "trajectories found, of which the one with the least cost is taken",
          between(1, 1000));
    visit("iterations", iterations, "iterations of IPOPT for a trajectory", between(1, 100000));
  }
};

/// One time step's derivatives, of the equations of motion integrated by the Runge-Kutta method of order 4.
struct LinearStep {
  Eigen::MatrixXd A;  ///< (2n, 2n), by the state
  Eigen::VectorXd B;  ///< (2n), by the control
};

/// A trajectory in equal time steps. Angles are not wrapped.
struct SwingUpTrajectory {
  Eigen::MatrixXd states;         ///< (2n, K + 1)
  Eigen::RowVectorXd controls;    ///< (K + 1), each held for a step; after the last step 0
  std::vector<LinearStep> steps;  ///< (K), about them
  double cost = 0.0;
  bool reaches_goal = false;  ///< false: the simulation that came closest, where no trajectory was found
};

/// Planners may be used by several threads, an object by one at a time. They wait for each other: two threads that build CasADi
/// expressions crash, though each has its own.
class SwingUpPlanner {
 public:
  /// @throws InputError if options.longest is not many time steps
  SwingUpPlanner(const CollocationOptions& options, const std::function<SwingUpModel()>& make_model, double time_step);
  ~SwingUpPlanner();

  /// The trajectory from x (2n) in steps of time_step, ending at the goal with a whole number of turns.
  SwingUpTrajectory plan(const Eigen::VectorXd& x, Draws draws);

  const Eigen::VectorXd& goal() const { return goal_; }  ///< (2n), at rest upright
  const LinearStep& step_at_goal() const { return step_at_goal_; }
  double bound() const { return bound_; }  ///< |u| <= bound

  /// x - reference (2n), angles in [-pi, pi].
  Eigen::VectorXd difference(const Eigen::VectorXd& x, const Eigen::VectorXd& reference) const;
  /// How far x is from a reference: in rad or m, velocities counted as what they change in a fifth of a second.
  double distance(const Eigen::VectorXd& x, const Eigen::VectorXd& reference) const;

 private:
  struct Program;

  SwingUpTrajectory straight_line(const Eigen::VectorXd& x, double share) const;
  std::vector<SwingUpTrajectory> simulate(const Eigen::VectorXd& x, Draws draws);
  bool improve(SwingUpTrajectory& trajectory);

  CollocationOptions options_;
  double time_step_, bound_ = 0.0;
  Eigen::VectorXd goal_;
  LinearStep step_at_goal_;
  std::vector<double> periods_;
  std::unique_ptr<Program> program_;
};

}  // namespace fm

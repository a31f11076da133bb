#pragma once
// Trajectory optimisation as an expert: a trajectory to the goal is planned when an episode begins, and again where the state
// has left it. It is followed by the time-varying linear-quadratic regulator of the equations of motion along it, and in the
// end by that of the goal.

#include "libfm/collocation/swing_up_planner.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/pendulum/dynamics.hpp"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace fm {

class CollocationPolicy final : public Policy {
 public:
  /// The planner's x (2n) of a row of the environment's states.
  using Coordinates = std::function<Eigen::VectorXd(const Matrix& states, Eigen::Index row)>;

  /// @throws InputError if no regulator holds the goal
  CollocationPolicy(std::unique_ptr<SwingUpPlanner> planner, Coordinates coordinates, std::uint64_t seed);

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Plan {
    SwingUpTrajectory trajectory;
    std::vector<Eigen::RowVectorXd> gains;  ///< u = control - gain (x - state)
    std::uint32_t planned_at = 0;           ///< step of the episode
  };

  Plan make_plan(const Eigen::VectorXd& x, std::uint32_t step, const Draws& draws);
  double control(Plan& plan, const Eigen::VectorXd& x, std::uint32_t step, const Draws& draws);

  std::unique_ptr<SwingUpPlanner> planner_;
  Coordinates coordinates_;
  RandomStream stream_;
  Eigen::MatrixXd state_weights_, control_weight_;  ///< of deviations
  Eigen::MatrixXd cost_to_go_;                      ///< of the regulator at the goal
  Eigen::RowVectorXd goal_gain_;
  std::map<int, Plan> plans_;  ///< by copy of the environment that is controlled
};

/// @param env `pendulum`, `cart_pole_swing_up` or `acrobot`
/// @param pendulum the options of the environment `pendulum`
/// @throws InputError if `options` do not fit the environment
PolicyFactory make_collocation(const CollocationOptions& options, const EnvFactory& env,
                               const PendulumOptions& pendulum, std::uint64_t seed);

}  // namespace fm

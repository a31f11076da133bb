#include "libfm/collocation/collocation_policy.hpp"

#include "libfm/collocation/swing_up_model.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/expert/riccati.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

using Eigen::MatrixXd, Eigen::RowVectorXd, Eigen::VectorXd;

namespace {

constexpr double lost = 0.5;  ///< rad or m, from the trajectory

}  // namespace

CollocationPolicy::CollocationPolicy(std::unique_ptr<SwingUpPlanner> planner, Coordinates coordinates,
                                     std::uint64_t seed)
    : planner_(std::move(planner)), coordinates_(std::move(coordinates)), stream_(seed, "collocation") {
  const Eigen::Index size = planner_->goal().size();
  VectorXd weights = VectorXd::Ones(size);
  weights.tail(size / 2).setConstant(0.1);  // velocities
  state_weights_ = weights.asDiagonal();
  control_weight_ = MatrixXd::Constant(1, 1, 0.1 / (planner_->bound() * planner_->bound()));
  const auto& [A, B] = planner_->step_at_goal();
  const auto cost_to_go = solve_riccati(A, B, state_weights_, control_weight_);
  if (!cost_to_go)
    throw_input_error("expert.name: 'collocation' finds no regulator that holds this environment upright");
  cost_to_go_ = *cost_to_go;
  goal_gain_ = regulator_gain(A, B, cost_to_go_, control_weight_);
}

void CollocationPolicy::reset(int, std::span<const int> rows) {
  for (const int row : rows) plans_.erase(row);
}

void CollocationPolicy::act(const PolicyInput& input, PolicyOutput& output) {
  if (input.states == nullptr) throw_input_error("collocation: the environment's state is not known here");
  output.actions.resize(input.observations.rows(), 1);
  for (Eigen::Index i = 0; i < output.actions.rows(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const VectorXd x = coordinates_(*input.states, i);
    const auto [found, is_new] = plans_.try_emplace(input.copy(i));
    const Draws draws = stream_.at(input.episodes[k], input.steps[k]);
    if (is_new) found->second = make_plan(x, input.steps[k], draws);
    output.actions(i, 0) = control(found->second, x, input.steps[k], draws);
  }
}

/// Where the regulator of the goal can hold x, the plan is the goal itself.
CollocationPolicy::Plan CollocationPolicy::make_plan(const VectorXd& x, std::uint32_t step, const Draws& draws) {
  Plan plan{.trajectory = {}, .gains = {goal_gain_}, .planned_at = step};
  if (planner_->distance(x, planner_->goal()) <= lost &&
      std::abs(goal_gain_.dot(planner_->difference(x, planner_->goal()))) <= planner_->bound()) {
    plan.trajectory.states = planner_->goal();
    plan.trajectory.controls = RowVectorXd::Zero(1);
    plan.trajectory.reaches_goal = true;
    return plan;
  }
  stop_if_interrupted();
  plan.trajectory = planner_->plan(x, draws);
  plan.gains.assign(plan.trajectory.steps.size() + 1, goal_gain_);
  MatrixXd P = cost_to_go_;
  for (std::size_t k = plan.trajectory.steps.size(); k-- > 0;) {
    const auto& [A, B] = plan.trajectory.steps[k];
    plan.gains[k] = regulator_gain(A, B, P, control_weight_);
    P = state_weights_ + A.transpose() * P * (A - B * plan.gains[k]);
    P = (0.5 * (P + P.transpose())).eval();
  }
  return plan;
}

double CollocationPolicy::control(Plan& plan, const VectorXd& x, std::uint32_t step, const Draws& draws) {
  const auto at = [&] { return std::min<Eigen::Index>(step - plan.planned_at, plan.trajectory.states.cols() - 1); };
  const bool ends_elsewhere = !plan.trajectory.reaches_goal && at() == plan.trajectory.states.cols() - 1;
  if (step > plan.planned_at && (ends_elsewhere || planner_->distance(x, plan.trajectory.states.col(at())) > lost)) {
    plan = make_plan(x, step, draws);
  }
  const VectorXd deviation = planner_->difference(x, plan.trajectory.states.col(at()));
  const double u = plan.trajectory.controls[at()] - plan.gains[static_cast<std::size_t>(at())].dot(deviation);
  return std::clamp(u, -planner_->bound(), planner_->bound());
}

PolicyFactory make_collocation(const CollocationOptions& options, const EnvFactory& env,
                               const PendulumOptions& pendulum, std::uint64_t seed) {
  const auto model = [pendulum, name = env.spec.name] {
    if (name == "pendulum") return pendulum_model(pendulum);
    return name == "acrobot" ? acrobot_model() : cart_pole_model();
  };
  CollocationPolicy::Coordinates coordinates = [columns = env.make(1)->coordinates()](const Matrix& states,
                                                                                      Eigen::Index row) -> VectorXd {
    return states(row, columns).transpose();
  };
  if (env.spec.name == "pendulum") {
    coordinates = [pendulum](const Matrix& states, Eigen::Index row) -> VectorXd {
      const PendulumState state{.theta = states(row, 0), .omega = states(row, 1)};
      return Eigen::Vector2d(state.theta, synchronous_speed(pendulum, state));
    };
  }
  PolicyFactory make = [=, time_step = env.spec.time_step] {
    return std::make_unique<CollocationPolicy>(std::make_unique<SwingUpPlanner>(options, model, time_step), coordinates,
                                               seed);
  };
  make();  // wrong options are found at once
  return make;
}

}  // namespace fm

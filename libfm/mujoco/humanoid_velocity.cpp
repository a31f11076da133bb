#include "libfm/mujoco/humanoid_velocity.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"

#include <cmath>
#include <limits>

namespace fm {
namespace {

constexpr int substeps = 5;

void use_fast_integrator(mjModel& model) {
  model.opt.integrator = mjINT_IMPLICITFAST;
  model.opt.solver = mjSOL_NEWTON;
}

/// The mean over all seconds with one command of the distance between the mean velocity, over that second, and the
/// command; the first second of a command does not count.
double velocity_error(std::span<const Episode> episodes, Eigen::Index column, Eigen::Index second) {
  double sum = 0.0;
  std::int64_t seconds = 0;
  for (const Episode& e : episodes) {
    Eigen::Index begin = 0;  // of the command
    for (Eigen::Index step = 0; step < e.steps(); ++step) {
      if (e.goals.row(step) != e.goals.row(begin)) begin = step;
      const Eigen::Index held = step + 1 - begin;
      if (held <= second || held % second != 0) continue;
      const auto velocity = e.observations.block(step + 2 - second, column, second, 2).colwise().mean();
      sum += (velocity - e.goals.row(step)).norm();
      ++seconds;
    }
  }
  return seconds > 0 ? sum / static_cast<double>(seconds) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

EnvFactory make_humanoid_velocity(const HumanoidVelocityOptions& o) {
  if (o.slowest_forward >= o.fastest_forward) {
    throw_input_error("env.humanoid_velocity.slowest_forward: {} is not below fastest_forward, {}", o.slowest_forward,
                      o.fastest_forward);
  }
  const MujocoModel model = load_model("gymnasium/envs/mujoco/assets/humanoid.xml", use_fast_integrator);
  const double time_step = model->opt.timestep * substeps;
  const Health healthy = height_between(o.lowest, o.highest);
  const auto column = static_cast<std::size_t>(model->nq - 2);
  MujocoTask task{
      .spec = {.name = "humanoid_velocity",
               .observations = joint_dimensions(*model, 2),
               .actions = actuator_dimensions(*model),
               .goals = {{"velocity x", "m/s", o.slowest_forward, o.fastest_forward},
                         {"velocity y", "m/s", -o.fastest_sideways, o.fastest_sideways}},
               .states = {},
               .time_step = time_step,
               .horizon = o.horizon},
      .model = model,
      .substeps = substeps,
      .start = [o](const mjModel& m, mjData& d, Draws& draws) { start_uniform(m, d, o.noise, draws); },
      .carried = dimensions("before", "m", {"x", "y"}),
      .carry = [](const mjModel& m, const mjData& d,
                  std::span<double> carried) { std::ranges::copy(mass_centre(m, d), carried.begin()); },
      .observe = [](const MujocoMoment& now,
                    std::span<double> to) { observe_joints(now, 2, std::numeric_limits<double>::infinity(), to); },
      .reward =
          [=](const MujocoStep& step) {
            double error = 0.0;
            for (std::size_t i = 0; i < 2; ++i) {
              const double velocity = (step.after.carried[i] - step.carried_before[i]) / step.time_step;
              error += (velocity - step.after.goal[i]) * (velocity - step.after.goal[i]);
            }
            return o.tracking_weight * std::exp(-error / o.scale) + (healthy(step.after) ? o.healthy_reward : 0.0) -
                   o.control_weight * sum_of_squares(step.action);
          },
      .draw_goal =
          [o](Draws& draws, std::span<double> goal) {
            goal[0] = static_cast<float>(draws.uniform(o.slowest_forward, o.fastest_forward));
            goal[1] = static_cast<float>(draws.uniform(-o.fastest_sideways, o.fastest_sideways));
          },
      .goal_steps = static_cast<int>(std::lround(o.resample / time_step)),
      .positions = standing(*model),
      .metrics =
          [=](std::span<const Episode> episodes) {
            auto metrics = locomotion_metrics(episodes, column);
            metrics["power"] = mean_power(*model, episodes, 2);
            const double error =
                velocity_error(episodes, static_cast<Eigen::Index>(column), std::lround(1.0 / time_step));
            if (std::isfinite(error)) metrics["velocity_error"] = error;
            return metrics;
          },
  };
  set_health(task, healthy, true);
  return mujoco_factory(std::move(task));
}

}  // namespace fm

#include "libfm/mujoco/humanoid_velocity.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace fm {
namespace {

constexpr int substeps = 5;

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

/// The entropy, in bits, of what episodes do that no fall ends: their mean forward velocities, in three equal parts of the
/// commanded range. Three behaviours in equal shares have 1.58 bits, one has 0. NaN if every episode ends in a fall.
double speed_entropy(std::span<const Episode> episodes, Eigen::Index column, double slowest, double fastest) {
  std::array<double, 3> counts{};
  double all = 0.0;
  for (const Episode& e : episodes) {
    if (!e.terminated.empty() && e.terminated.back() != 0) continue;
    const double share = (e.observations.col(column).tail(e.steps()).mean() - slowest) / (fastest - slowest);
    ++counts[static_cast<std::size_t>(std::clamp(std::floor(3.0 * share), 0.0, 2.0))];
    ++all;
  }
  double entropy = all > 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  for (const double count : counts) {
    if (count > 0.0) entropy -= count / all * std::log2(count / all);
  }
  return entropy;
}

}  // namespace

EnvFactory make_humanoid_velocity(const HumanoidVelocityOptions& o) {
  if (o.slowest_forward >= o.fastest_forward) {
    throw_input_error("env.humanoid_velocity.slowest_forward: {} is not below fastest_forward, {}", o.slowest_forward,
                      o.fastest_forward);
  }
  const MujocoModel model = load_fast_humanoid();
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
            const auto forwards = static_cast<Eigen::Index>(column);
            const std::pair<const char*, double> others[] = {
                {"velocity_error", velocity_error(episodes, forwards, std::lround(1.0 / time_step))},
                {"speed_entropy_bits", speed_entropy(episodes, forwards, o.slowest_forward, o.fastest_forward)}};
            for (const auto& [name, value] : others) {
              if (std::isfinite(value)) metrics[name] = value;
            }
            return metrics;
          },
  };
  set_health(task, healthy, true);
  return mujoco_factory(std::move(task));
}

}  // namespace fm

#include "libfm/mujoco/planar.hpp"

#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Without health: the half cheetah's.
MujocoTask planar_task(const char* name, const char* file, const HalfCheetahOptions& o, int substeps, double fastest) {
  const MujocoModel model = load_model(std::filesystem::path("gymnasium/envs/mujoco/assets") / file);
  const auto velocity_column = static_cast<std::size_t>(model->nq - 1);
  return {
      .spec = {.name = name,
               .observations = joint_dimensions(*model, 1),
               .actions = actuator_dimensions(*model),
               .goals = {},
               .states = {},
               .time_step = model->opt.timestep * substeps,
               .horizon = o.horizon},
      .model = model,
      .substeps = substeps,
      .start = [o](const mjModel& m, mjData& d, Draws& draws) { start_uniform(m, d, o.noise, draws); },
      .carried = dimensions("before", "m", {"x"}),
      .carry = [](const mjModel&, const mjData& d, std::span<double> carried) { carried[0] = d.qpos[0]; },
      .observe = [fastest](const MujocoMoment& now, std::span<double> to) { observe_joints(now, 1, fastest, to); },
      .reward =
          [o](const MujocoStep& step) {
            const double velocity = (step.after.carried[0] - step.carried_before[0]) / step.time_step;
            return o.forward_weight * velocity - o.control_weight * sum_of_squares(step.action);
          },
      .positions = standing(*model),
      .metrics = [=](std::span<const Episode> episodes) { return locomotion_metrics(episodes, velocity_column); },
  };
}

/// @param largest the magnitude that every position but x and z, and every velocity, has to stay below
MujocoTask healthy_task(MujocoTask task, const PlanarOptions& o, double largest) {
  const auto healthy = [o, largest](const MujocoMoment& now) {
    const mjData& d = now.data;
    const auto moderate = [largest](double x) { return std::abs(x) < largest; };
    return o.lowest < d.qpos[1] && d.qpos[1] < o.highest && std::abs(d.qpos[2]) < o.steepest &&
           std::all_of(d.qpos + 2, d.qpos + now.model.nq, moderate) &&
           std::all_of(d.qvel, d.qvel + now.model.nv, moderate);
  };
  task.reward = [o, healthy, moving = task.reward](const MujocoStep& step) {
    return moving(step) + (healthy(step.after) ? o.healthy_reward : 0.0);
  };
  set_health(task, healthy, o.ends_unhealthy);
  return task;
}

}  // namespace

EnvFactory make_hopper(const PlanarOptions& options) {
  return mujoco_factory(healthy_task(planar_task("hopper", "hopper.xml", options.locomotion, 4, 10.0), options, 100.0));
}

EnvFactory make_walker2d(const PlanarOptions& options) {
  return mujoco_factory(
      healthy_task(planar_task("walker2d", "walker2d_v5.xml", options.locomotion, 4, 10.0), options, infinity));
}

EnvFactory make_half_cheetah(const HalfCheetahOptions& options) {
  MujocoTask task = planar_task("half_cheetah", "half_cheetah.xml", options, 5, infinity);
  task.start = [options](const mjModel& m, mjData& d, Draws& draws) { start_normal(m, d, options.noise, draws); };
  task.succeeds = [](const MujocoMoment& now) { return now.data.qpos[0] >= now.data.time; };
  return mujoco_factory(std::move(task));
}

}  // namespace fm

#include "libfm/mujoco/ant.hpp"

#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"

#include <algorithm>

namespace fm {
namespace {

constexpr int substeps = 5;
constexpr std::size_t position_size = 2;  ///< of the torso, the first of what is carried; contact forces follow

double clipped(double force) { return std::clamp(force, -1.0, 1.0); }

}  // namespace

EnvFactory make_ant(const AntOptions& o) {
  const MujocoModel model = load_model("gymnasium/envs/mujoco/assets/ant.xml");
  std::vector<Dimension> forces;
  for (int i = 1; i < model->nbody; ++i) append(forces, force_dimensions(*model, i));
  std::vector<Dimension> observations = joint_dimensions(*model, 2), carried = dimensions("before", "m", {"x", "y"});
  append(observations, forces);
  append(carried, forces);
  const int torso = object_id(*model, mjOBJ_BODY, "torso");
  const auto healthy = [o](const MujocoMoment& now) {
    return o.lowest <= now.data.qpos[2] && now.data.qpos[2] <= o.highest;
  };
  MujocoTask task{
      .spec = {.name = "ant",
               .observations = observations,
               .actions = actuator_dimensions(*model),
               .goals = {},
               .states = {},
               .time_step = model->opt.timestep * substeps,
               .horizon = o.horizon},
      .model = model,
      .substeps = substeps,
      .start = [o](const mjModel& m, mjData& d, Draws& draws) { start_normal(m, d, o.noise, draws); },
      .derive = mj_rnePostConstraint,
      .carried = carried,
      .carry =
          [torso](const mjModel& m, const mjData& d, std::span<double> to) {
            std::copy_n(d.xpos + 3 * torso, position_size, to.data());
            std::transform(d.cfrc_ext + 6, d.cfrc_ext + 6 * m.nbody, to.data() + position_size, clipped);
          },
      .observe = [](const MujocoMoment& now,
                    std::span<double> to) { observe_joints_and_carried(now, position_size, to); },
      .reward =
          [=](const MujocoStep& step) {
            const double velocity = (step.after.carried[0] - step.carried_before[0]) / step.time_step;
            double contact = 0.0;
            for (int i = 0; i < 6 * step.after.model.nbody; ++i) {
              const double force = clipped(step.after.data.cfrc_ext[i]);
              contact += force * force;
            }
            return o.forward_weight * velocity + (healthy(step.after) ? o.healthy_reward : 0.0) -
                   o.control_weight * sum_of_squares(step.action) - o.contact_weight * contact;
          },
      .positions = standing(*model),
      .metrics = [column = static_cast<std::size_t>(model->nq - 2)](
                     std::span<const Episode> episodes) { return locomotion_metrics(episodes, column); },
  };
  set_health(task, healthy, o.ends_unhealthy);
  return mujoco_factory(std::move(task));
}

}  // namespace fm

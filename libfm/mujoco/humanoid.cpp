#include "libfm/mujoco/humanoid.hpp"

#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"

#include <algorithm>

namespace fm {
namespace {

constexpr int substeps = 5;
constexpr std::size_t position_size = 2;  ///< of the mass centre, the first of what is carried; bodies follow

std::vector<Dimension> body_observations(const mjModel& model) {
  std::vector<Dimension> all;
  const auto each_body = [&](auto dimensions_of) {
    for (int i = 1; i < model.nbody; ++i) append(all, dimensions_of(body_name(model, i)));
  };
  each_body([](const std::string& body) {
    return dimensions(body + " inertia", "", {"xx", "yy", "zz", "xy", "xz", "yz", "mx", "my", "mz", "m"});
  });
  each_body([](const std::string& body) {
    return dimensions(body + " spatial velocity", "", {"wx", "wy", "wz", "vx", "vy", "vz"});
  });
  std::vector<Dimension> torques = velocity_dimensions(model);
  for (Dimension& torque : torques) {
    torque.name = torque.name.substr(0, torque.name.rfind(' ')) + " torque";
    torque.unit = "N m";
  }
  append(all, torques, 6);
  for (int i = 1; i < model.nbody; ++i) append(all, force_dimensions(model, i));
  return all;
}

/// In the order of body_observations.
void carry_bodies(const mjModel& m, const mjData& d, std::span<double> to) {
  double* next = std::copy(d.cinert + 10, d.cinert + 10 * m.nbody, to.data());
  next = std::copy(d.cvel + 6, d.cvel + 6 * m.nbody, next);
  next = std::copy(d.qfrc_actuator + 6, d.qfrc_actuator + m.nv, next);
  std::copy(d.cfrc_ext + 6, d.cfrc_ext + 6 * m.nbody, next);
}

}  // namespace

EnvFactory make_humanoid(const HumanoidOptions& o) {
  const MujocoModel model = load_model("gymnasium/envs/mujoco/assets/humanoid.xml");
  std::vector<Dimension> observations = joint_dimensions(*model, 2), carried = dimensions("before", "m", {"x", "y"});
  if (o.observe_bodies) {
    append(observations, body_observations(*model));
    append(carried, body_observations(*model));
  }
  const Health healthy = height_between(o.lowest, o.highest);
  MujocoTask task{
      .spec = {.name = "humanoid",
               .observations = observations,
               .actions = actuator_dimensions(*model),
               .goals = {},
               .states = {},
               .time_step = model->opt.timestep * substeps,
               .horizon = o.horizon},
      .model = model,
      .substeps = substeps,
      .start = [o](const mjModel& m, mjData& d, Draws& draws) { start_uniform(m, d, o.noise, draws); },
      .derive = mj_rnePostConstraint,
      .carried = carried,
      .carry =
          [o](const mjModel& m, const mjData& d, std::span<double> to) {
            std::ranges::copy(mass_centre(m, d), to.begin());
            if (o.observe_bodies) carry_bodies(m, d, to.subspan(position_size));
          },
      .observe = [](const MujocoMoment& now,
                    std::span<double> to) { observe_joints_and_carried(now, position_size, to); },
      .reward =
          [=](const MujocoStep& step) {
            const MujocoMoment& now = step.after;
            const double velocity = (now.carried[0] - step.carried_before[0]) / step.time_step;
            const auto forces = static_cast<std::size_t>(6 * now.model.nbody);
            const double contact = std::min(10.0, o.contact_weight * sum_of_squares({now.data.cfrc_ext, forces}));
            return o.forward_weight * velocity + (healthy(now) ? o.healthy_reward : 0.0) -
                   o.control_weight * sum_of_squares(step.action) - contact;
          },
      .positions = standing(*model),
      .metrics = [column = static_cast<std::size_t>(model->nq - 2)](
                     std::span<const Episode> episodes) { return locomotion_metrics(episodes, column); },
  };
  set_health(task, healthy, o.ends_unhealthy);
  return mujoco_factory(std::move(task));
}

}  // namespace fm

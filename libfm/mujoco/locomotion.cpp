#include "libfm/mujoco/locomotion.hpp"

#include "libfm/env/rollout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {

std::size_t observe_joints(const MujocoMoment& now, int skipped, double fastest, std::span<double> observation) {
  std::size_t next = 0;
  for (int i = skipped; i < now.model.nq; ++i) observation[next++] = now.data.qpos[i];
  for (int i = 0; i < now.model.nv; ++i) observation[next++] = std::clamp(now.data.qvel[i], -fastest, fastest);
  return next;
}

std::vector<Dimension> joint_dimensions(const mjModel& model, int skipped) {
  std::vector<Dimension> all;
  append(all, position_dimensions(model), static_cast<std::size_t>(skipped));
  append(all, velocity_dimensions(model));
  return all;
}

void start_uniform(const mjModel& model, mjData& data, double scale, Draws& draws) {
  for (int i = 0; i < model.nq; ++i) data.qpos[i] = model.qpos0[i] + draws.uniform(-scale, scale);
  for (int i = 0; i < model.nv; ++i) data.qvel[i] = draws.uniform(-scale, scale);
}

void start_normal(const mjModel& model, mjData& data, double scale, Draws& draws) {
  for (int i = 0; i < model.nq; ++i) data.qpos[i] = model.qpos0[i] + draws.uniform(-scale, scale);
  for (int i = 0; i < model.nv; ++i) data.qvel[i] = scale * draws.normal();
}

MujocoModel load_fast_humanoid() {
  return load_model("gymnasium/envs/mujoco/assets/humanoid.xml", [](mjModel& model) {
    model.opt.integrator = mjINT_IMPLICITFAST;
    model.opt.solver = mjSOL_NEWTON;
  });
}

double sum_of_squares(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return sum;
}

std::array<double, 2> mass_centre(const mjModel& model, const mjData& data) {
  double mass = 0.0, x = 0.0, y = 0.0;
  for (int i = 0; i < model.nbody; ++i) {
    mass += model.body_mass[i];
    x += model.body_mass[i] * data.xipos[3 * i];
    y += model.body_mass[i] * data.xipos[3 * i + 1];
  }
  return {x / mass, y / mass};
}

Health height_between(double lowest, double highest) {
  return [=](const MujocoMoment& now) { return lowest < now.data.qpos[2] && now.data.qpos[2] < highest; };
}

void set_health(MujocoTask& task, const Health& healthy, bool ends) {
  task.succeeds = healthy;
  if (ends) task.terminated = [healthy](const MujocoMoment& now) { return !healthy(now); };
}

void observe_joints_and_carried(const MujocoMoment& now, std::size_t first, std::span<double> observation) {
  const std::size_t joints = observe_joints(now, 2, std::numeric_limits<double>::infinity(), observation);
  std::ranges::copy(now.carried.subspan(first), observation.subspan(joints).begin());
}

std::map<std::string, double> locomotion_metrics(std::span<const Episode> episodes, std::size_t velocity_column) {
  double velocity = 0.0, steps = 0.0;
  for (const Episode& episode : episodes) {
    velocity += episode.observations.col(static_cast<Eigen::Index>(velocity_column)).tail(episode.steps()).sum();
    steps += static_cast<double>(episode.steps());
  }
  return {{"speed", velocity / steps}, {"episode_steps", steps / static_cast<double>(episodes.size())}};
}

double mean_power(const mjModel& model, std::span<const Episode> episodes, int skipped) {
  double power = 0.0, steps = 0.0;
  for (const Episode& episode : episodes) {
    for (int i = 0; i < model.nu; ++i) {
      const int joint = model.actuator_trnid[2 * i];
      const Eigen::Index velocity = model.nq - skipped + model.jnt_dofadr[joint];
      const auto velocities = episode.observations.col(velocity).head(episode.steps());
      power += model.actuator_gear[6 * i] * episode.executed().col(i).cwiseProduct(velocities).cwiseAbs().sum();
    }
    steps += static_cast<double>(episode.steps());
  }
  return power / steps;
}

double lowest_point(const mjModel& model, const mjData& data) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < model.ngeom; ++i) {
    const bool is_capsule = model.geom_type[i] == mjGEOM_CAPSULE;
    if (!is_capsule && model.geom_type[i] != mjGEOM_SPHERE) continue;
    const double reach = is_capsule ? model.geom_size[3 * i + 1] * std::abs(data.geom_xmat[9 * i + 8]) : 0.0;
    lowest = std::min(lowest, data.geom_xpos[3 * i + 2] - reach - model.geom_size[3 * i]);
  }
  return lowest;
}

std::vector<Landmark> standing(const mjModel& model) {
  return {{"standing", std::vector<double>(model.qpos0, model.qpos0 + model.nq)}};
}

}  // namespace fm

#include "libfm/mujoco/swing_ups.hpp"

#include "libfm/mujoco/mujoco_env.hpp"
#include "libfm/mujoco/tolerance.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace fm {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int one_second = 100;  ///< steps

/// Elements of a body's rotation matrix: the x and z components of its z axis in the world.
double axis_x(const mjData& data, int body) { return data.xmat[9 * body + 2]; }
double axis_z(const mjData& data, int body) { return data.xmat[9 * body + 8]; }

/// All but how an episode begins, what is observed and rewarded, and when it succeeds.
MujocoTask suite_task(const char* name, const char* file, const SwingUpOptions& options,
                      std::vector<Dimension> observations) {
  MujocoTask task;
  task.model = load_model(std::filesystem::path("dm_control/suite") / file);
  append(observations, velocity_dimensions(*task.model));
  task.spec = {.name = name,
               .observations = std::move(observations),
               .actions = actuator_dimensions(*task.model),
               .goals = {},
               .states = {},
               .time_step = task.model->opt.timestep,
               .horizon = options.horizon};
  task.derive = mj_step1;
  task.hold = one_second;
  return task;
}

}  // namespace

EnvFactory make_cart_pole_swing_up(const SwingUpOptions& options) {
  MujocoTask task = suite_task("cart_pole_swing_up", "cartpole.xml", options,
                               {{"cart", "m", -infinity, infinity}, {"cosine", "", -1, 1}, {"sine", "", -1, 1}});
  const int pole = object_id(*task.model, mjOBJ_BODY, "pole_1");
  task.start = [](const mjModel& model, mjData& data, Draws& draws) {
    data.qpos[0] = 0.01 * draws.normal();
    data.qpos[1] = std::numbers::pi + 0.01 * draws.normal();
    for (int i = 0; i < model.nv; ++i) data.qvel[i] = 0.01 * draws.normal();
  };
  task.observe = [pole](const MujocoMoment& now, std::span<double> o) {
    o[0] = now.data.qpos[0];
    o[1] = axis_z(now.data, pole);
    o[2] = axis_x(now.data, pole);
    o[3] = now.data.qvel[0];
    o[4] = now.data.qvel[1];
  };
  task.reward = [pole](const MujocoStep& step) {
    const mjData& d = step.after.data;
    const double upright = (axis_z(d, pole) + 1.0) / 2.0;
    const double centred = (1.0 + tolerance(d.qpos[0], {.margin = 2.0})) / 2.0;
    const double control = tolerance(step.action[0], {.falloff = Falloff::quadratic, .value_at_margin = 0.0});
    const double slow = (1.0 + tolerance(d.qvel[1], {.margin = 5.0})) / 2.0;
    return upright * (4.0 + control) / 5.0 * slow * centred;
  };
  task.succeeds = [pole](const MujocoMoment& now) { return axis_z(now.data, pole) > std::cos(0.1); };
  task.positions = {{"hanging", {0.0, std::numbers::pi}}, {"upright", {0.0, 0.0}}};
  return mujoco_factory(std::move(task));
}

EnvFactory make_acrobot(const SwingUpOptions& options) {
  MujocoTask task = suite_task("acrobot", "acrobot.xml", options,
                               {{"upper arm sine", "", -1, 1},
                                {"lower arm sine", "", -1, 1},
                                {"upper arm cosine", "", -1, 1},
                                {"lower arm cosine", "", -1, 1}});
  const mjModel& m = *task.model;
  const int upper = object_id(m, mjOBJ_BODY, "upper_arm"), lower = object_id(m, mjOBJ_BODY, "lower_arm");
  const int tip = object_id(m, mjOBJ_SITE, "tip"), target = object_id(m, mjOBJ_SITE, "target");
  const double radius = m.site_size[3 * target];
  const auto distance = [tip, target](const mjData& data) {
    return mju_dist3(data.site_xpos + 3 * tip, data.site_xpos + 3 * target);
  };
  task.start = [](const mjModel&, mjData& data, Draws& draws) {
    for (int i = 0; i < 2; ++i) data.qpos[i] = draws.uniform(-std::numbers::pi, std::numbers::pi);
  };
  task.observe = [=](const MujocoMoment& now, std::span<double> o) {
    o[0] = axis_x(now.data, upper);
    o[1] = axis_x(now.data, lower);
    o[2] = axis_z(now.data, upper);
    o[3] = axis_z(now.data, lower);
    o[4] = now.data.qvel[0];
    o[5] = now.data.qvel[1];
  };
  task.reward = [=](const MujocoStep& step) { return tolerance(distance(step.after.data), {.high = radius}); };
  task.succeeds = [=](const MujocoMoment& now) { return distance(now.data) <= radius; };
  task.positions = {{"hanging", {std::numbers::pi, 0.0}}, {"upright", {0.0, 0.0}}};
  return mujoco_factory(std::move(task));
}

}  // namespace fm

#include "libfm/mujoco/dm_humanoid.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"
#include "libfm/mujoco/tolerance.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace fm {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double stand_height = 1.4;  ///< m, of the head
constexpr int substeps = 5;

struct Move {
  const char* name;
  double speed;  ///< m/s
};

constexpr Move moves[] = {{"stand", 0.0}, {"walk", 1.0}, {"run", 10.0}};
constexpr const char* limbs[] = {"left_hand", "left_foot", "right_hand", "right_foot"};

/// The ids that observation and reward read.
struct Parts {
  int torso, head, velocity;
  std::array<int, 4> limbs;
};

Parts parts_of(const mjModel& model) {
  Parts parts{.torso = object_id(model, mjOBJ_BODY, "torso"),
              .head = object_id(model, mjOBJ_BODY, "head"),
              .velocity = model.sensor_adr[object_id(model, mjOBJ_SENSOR, "torso_subtreelinvel")],
              .limbs = {}};
  for (std::size_t i = 0; i < parts.limbs.size(); ++i) parts.limbs[i] = object_id(model, mjOBJ_BODY, limbs[i]);
  return parts;
}

std::vector<Dimension> observations_of(const mjModel& model) {
  std::vector<Dimension> all;
  append(all, position_dimensions(model), 7);
  all.push_back({"head height", "m", -infinity, infinity});
  for (const char* limb : limbs) append(all, dimensions(limb, "m", {"x", "y", "z"}));
  append(all, dimensions("torso vertical", "", {"x", "y", "z"}));
  append(all, dimensions("mass centre velocity", "m/s", {"x", "y", "z"}));
  append(all, velocity_dimensions(model));
  return all;
}

void observe(const Parts& parts, const MujocoMoment& now, std::span<double> observation) {
  const mjData& d = now.data;
  const mjtNum* frame = d.xmat + 9 * parts.torso;
  double* next = std::copy(d.qpos + 7, d.qpos + now.model.nq, observation.data());
  *next++ = d.xpos[3 * parts.head + 2];
  for (const int limb : parts.limbs) {
    mjtNum offset[3];
    mju_sub3(offset, d.xpos + 3 * limb, d.xpos + 3 * parts.torso);
    mju_mulMatTVec3(next, frame, offset);
    next += 3;
  }
  next = std::copy(frame + 6, frame + 9, next);
  next = std::copy_n(d.sensordata + parts.velocity, 3, next);
  std::copy(d.qvel, d.qvel + now.model.nv, next);
}

double reward(const Parts& parts, double speed, const MujocoStep& step) {
  const mjData& d = step.after.data;
  const mjtNum* velocity = d.sensordata + parts.velocity;
  const double standing =
      tolerance(d.xpos[3 * parts.head + 2], {.low = stand_height, .high = infinity, .margin = stand_height / 4.0});
  const double upright =
      tolerance(d.xmat[9 * parts.torso + 8],
                {.low = 0.9, .high = infinity, .margin = 1.9, .falloff = Falloff::linear, .value_at_margin = 0.0});
  double control = 0.0;
  for (const double u : step.action) control += tolerance(u, {.falloff = Falloff::quadratic, .value_at_margin = 0.0});
  const double small_control = (4.0 + control / static_cast<double>(step.action.size())) / 5.0;
  const double stands = small_control * standing * upright;
  if (speed == 0.0) {
    return stands * (tolerance(velocity[0], {.margin = 2.0}) + tolerance(velocity[1], {.margin = 2.0})) / 2.0;
  }
  const double moving =
      tolerance(std::hypot(velocity[0], velocity[1]),
                {.low = speed, .high = infinity, .margin = speed, .falloff = Falloff::linear, .value_at_margin = 0.0});
  return stands * (5.0 * moving + 1.0) / 6.0;
}

/// Random joint angles and orientation, drawn again until nothing touches. Quaternions have positive components, as in
/// the suite, whose published results depend on it.
void start_random(const mjModel& model, mjData& data, Draws& draws) {
  do {
    for (int i = 3; i < 7; ++i) data.qpos[i] = draws.uniform();
    mju_normalize4(data.qpos + 3);
    for (int i = 1; i < model.njnt; ++i) {
      const bool limited = model.jnt_limited[i] != 0;
      data.qpos[model.jnt_qposadr[i]] = draws.uniform(limited ? model.jnt_range[2 * i] : -std::numbers::pi,
                                                      limited ? model.jnt_range[2 * i + 1] : std::numbers::pi);
    }
    mj_fwdPosition(&model, &data);
  } while (data.ncon > 0);
}

/// The model's reference position with random deviations, lowered onto the ground.
void start_standing(const mjModel& model, mjData& data, Draws& draws) {
  start_uniform(model, data, 0.01, draws);
  mj_kinematics(&model, &data);
  data.qpos[2] -= lowest_point(model, data);
}

struct Start {
  const char* name;
  void (*start)(const mjModel& model, mjData& data, Draws& draws);
};

constexpr Start starts[] = {{"random", start_random}, {"standing", start_standing}};

}  // namespace

std::vector<std::string> dm_humanoid_moves() { return names_in(moves); }
std::vector<std::string> dm_humanoid_starts() { return names_in(starts); }

EnvFactory make_dm_humanoid(const DmHumanoidOptions& options) {
  const Move* move = find_row(moves, options.move);
  if (move == nullptr) throw_input_error("env.dm_humanoid.move: no move '{}'", options.move);
  const Start* start = find_row(starts, options.start);
  if (start == nullptr) throw_input_error("env.dm_humanoid.start: no start '{}'", options.start);
  const MujocoModel model = load_model("dm_control/suite/humanoid.xml");
  const Parts parts = parts_of(*model);
  const double speed = move->speed;
  const auto reward_of = [parts, speed](const MujocoStep& step) { return reward(parts, speed, step); };
  return mujoco_factory({
      .spec = {.name = "dm_humanoid",
               .observations = observations_of(*model),
               .actions = actuator_dimensions(*model),
               .goals = {},
               .states = {},
               .time_step = model->opt.timestep * substeps,
               .horizon = options.horizon},
      .model = model,
      .substeps = substeps,
      .start = start->start,
      .derive = mj_step1,
      .observe = [parts](const MujocoMoment& now, std::span<double> o) { observe(parts, now, o); },
      .reward = reward_of,
      .succeeds =
          [parts, speed](const MujocoMoment& now) {
            const std::vector<double> rest(static_cast<std::size_t>(now.model.nu));
            return reward(parts, speed, {now, {}, rest, 0.0}) > 0.5;
          },
      .positions = standing(*model),
      .metrics = [column = static_cast<std::size_t>(model->nq - 7 + 1 + 12 + 3)](
                     std::span<const Episode> episodes) { return locomotion_metrics(episodes, column); },
  });
}

}  // namespace fm

#include "libfm/mujoco/humanoid_motion.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/mujoco_env.hpp"
#include "libfm/mujoco/retarget.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

namespace fm {
namespace {

constexpr int substeps = 5;
constexpr int root_dofs = 6;
constexpr double beside = 1.0;  ///< m, from the robot to the picture of the clip

constexpr const char* hands_and_feet[] = {"right_hand", "left_hand", "right_foot", "left_foot"};

/// A clip retargeted to a model, with what the reward compares.
struct Reference {
  explicit Reference(const mjModel& model, const MotionClip& clip, double control_step)
      : motion(retarget(clip, model, control_step)), time_step(control_step),
        torso(object_id(model, mjOBJ_BODY, "torso")), limbs(motion.steps + 1, 3 * std::ssize(hands_and_feet)) {
    for (const char* name : hands_and_feet) geoms.push_back(object_id(model, mjOBJ_GEOM, name));
    const MujocoData data = make_data(model);
    for (int k = 0; k <= motion.steps; ++k) {
      std::copy_n(motion.positions.row(k).data(), model.nq, data->qpos);
      mj_kinematics(&model, data.get());
      limbs.row(k) = limbs_of(*data).transpose();
    }
  }

  /// For a time set from outside, too: before the clip is its beginning.
  ReferenceMotion::Place place(const mjData& data) const {
    const double steps = std::round(data.time / time_step);
    return motion.at(steps > 0.0 ? static_cast<int>(std::min(steps, 1e9)) : 0);
  }

  /// Hands and feet from the torso, m.
  Eigen::VectorXd limbs_of(const mjData& data) const {
    Eigen::VectorXd all(limbs.cols());
    for (std::size_t i = 0; i < geoms.size(); ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        all[static_cast<Eigen::Index>(3 * i + j)] = data.geom_xpos[3 * static_cast<std::size_t>(geoms[i]) + j] -
                                                    data.xpos[3 * static_cast<std::size_t>(torso) + j];
      }
    }
    return all;
  }

  /// From the robot's torso to the clip's, m.
  Eigen::Vector3d offset(const mjData& data) const {
    const auto [step, cycle] = place(data);
    Eigen::Vector3d from_robot =
        motion.positions.row(step).head(3).transpose() - Eigen::Map<const Eigen::Vector3d>(data.qpos);
    for (int i = 0; i < 2; ++i) from_robot[i] += cycle * motion.advance[static_cast<std::size_t>(i)];
    return from_robot;
  }

  /// Radians by which the torso is turned against the clip's.
  double angle(const mjData& data) const {
    mjtNum rotation[3];
    mju_subQuat(rotation, data.qpos + 3, motion.positions.row(place(data).step).data() + 3);
    return mju_norm3(rotation);
  }

  /// The whole clip is half a turn, so that its ends differ; a cycle of one that loops is a whole turn.
  double turn() const { return motion.loops ? 2.0 * std::numbers::pi : std::numbers::pi; }
  double phase(const mjData& data) const { return turn() * place(data).step / motion.steps; }
  /// The step of the clip that has the phase with this sine and cosine.
  int step_of(double sine, double cosine) const {
    const double phase = std::atan2(sine, cosine);
    const auto step =
        static_cast<int>(std::lround((phase < -1e-6 ? phase + 2.0 * std::numbers::pi : phase) / turn() * motion.steps));
    return std::min(step, motion.steps);
  }

  ReferenceMotion motion;
  double time_step;
  int torso;
  std::vector<int> geoms;
  Matrix limbs;
};

double reward(const Reference& reference, const MujocoMoment& now) {
  const mjData& d = now.data;
  const Eigen::Index joints = now.model.nv - root_dofs;
  const int step = reference.place(d).step;
  const Eigen::Map<const Eigen::VectorXd> q(d.qpos + root_dofs + 1, joints), v(d.qvel + root_dofs, joints);
  const double angles = (q - reference.motion.positions.row(step).tail(joints).transpose()).squaredNorm();
  const double velocities = (v - reference.motion.velocities.row(step).tail(joints).transpose()).squaredNorm();
  const double limbs = (reference.limbs_of(d) - reference.limbs.row(step).transpose()).squaredNorm();
  const double turned = reference.angle(d);
  return 0.5 * std::exp(-2.0 * angles) + 0.05 * std::exp(-0.1 * velocities) + 0.15 * std::exp(-40.0 * limbs) +
         0.3 * std::exp(-5.0 * reference.offset(d).squaredNorm() - 0.5 * turned * turned);
}

/// joint_error: root mean square over all steps and joints, rad; torso_error: mean horizontal distance, m.
std::map<std::string, double> tracking_errors(const Reference& reference, std::span<const Episode> episodes) {
  const Eigen::Index joints = reference.motion.velocities.cols() - root_dofs;
  const Eigen::Index first_joint = 5, offset = 5 + joints + root_dofs + joints;
  double angles = 0.0, distance = 0.0, steps = 0.0;
  for (const Episode& e : episodes) {
    for (Eigen::Index i = 1; i <= e.steps(); ++i) {
      const auto o = e.observations.row(i);
      const int step = reference.step_of(o[offset + 2], o[offset + 3]);
      angles += (o.segment(first_joint, joints) - reference.motion.positions.row(step).tail(joints)).squaredNorm();
      distance += o.segment(offset, 2).norm();
    }
    steps += static_cast<double>(e.steps());
  }
  return {{"joint_error", std::sqrt(angles / (steps * static_cast<double>(joints)))},
          {"torso_error", distance / steps}};
}

}  // namespace

EnvFactory make_humanoid_motion(const HumanoidMotionOptions& o) {
  if (o.clip.empty()) {
    throw_input_error(
        "env.humanoid_motion.clip: name a motion-capture file; `scripts/setup --motions` installs some in "
        ".venv/motions");
  }
  const MotionClip clip = read_motion_clip(o.clip);
  const MujocoModel model = load_fast_humanoid();
  const double time_step = model->opt.timestep * substeps;
  const auto reference = std::make_shared<const Reference>(*model, clip, time_step);
  std::vector<Dimension> observations = joint_dimensions(*model, 2);
  append(observations, dimensions("clip", "m", {"x", "y"}));
  append(observations, dimensions("phase", "", {"sine", "cosine"}));
  MujocoTask task{
      .spec = {.name = "humanoid_motion",
               .observations = std::move(observations),
               .actions = actuator_dimensions(*model),
               .goals = {},
               .states = {},
               .time_step = time_step,
               .horizon = o.horizon},
      .model = model,
      .substeps = substeps,
      .start =
          [o, reference](const mjModel& m, mjData& d, Draws& draws) {
            const ReferenceMotion& motion = reference->motion;
            const int step = o.random_start ? static_cast<int>(draws.uniform() * motion.steps) : 0;
            d.time = step * reference->time_step;
            std::copy_n(motion.positions.row(step).data(), m.nq, d.qpos);
            std::copy_n(motion.velocities.row(step).data(), m.nv, d.qvel);
            for (int i = root_dofs + 1; i < m.nq; ++i) d.qpos[i] += draws.uniform(-o.noise, o.noise);
            for (int i = root_dofs; i < m.nv; ++i) d.qvel[i] += draws.uniform(-o.noise, o.noise);
          },
      .derive = mj_kinematics,
      .observe =
          [reference](const MujocoMoment& now, std::span<double> to) {
            const std::size_t next = observe_joints(now, 2, std::numeric_limits<double>::infinity(), to);
            const Eigen::Vector3d offset = reference->offset(now.data);
            const double phase = reference->phase(now.data);
            std::ranges::copy(std::array{offset[0], offset[1], std::sin(phase), std::cos(phase)}, to.begin() + next);
          },
      .reward = [reference](const MujocoStep& step) { return reward(*reference, step.after); },
      .positions = standing(*model),
      .companion =
          [reference](const mjData& now, std::span<double> qpos) {
            const auto [step, cycle] = reference->place(now);
            std::ranges::copy(reference->motion.positions.row(step), qpos.begin());
            for (std::size_t i = 0; i < 2; ++i) qpos[i] += cycle * reference->motion.advance[i];
            qpos[1] += beside;
          },
      .metrics =
          [reference, column = static_cast<std::size_t>(model->nq - 2)](std::span<const Episode> episodes) {
            auto metrics = locomotion_metrics(episodes, column);
            metrics.merge(tracking_errors(*reference, episodes));
            return metrics;
          },
  };
  set_health(
      task, [reference, o](const MujocoMoment& now) { return reference->offset(now.data).norm() < o.farthest; }, true);
  return mujoco_factory(std::move(task));
}

}  // namespace fm

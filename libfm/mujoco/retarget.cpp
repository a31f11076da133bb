#include "libfm/mujoco/retarget.hpp"

#include "libfm/core/error.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/model.hpp"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <memory>

namespace fm {
namespace {

struct Direction {
  const char* body;
  Eigen::Vector3d in_body;
  BodyPart part;
  Eigen::Vector3d in_part;
  double weight;
};

const Eigen::Vector3d leftwards = Eigen::Vector3d::UnitY();
const Eigen::Vector3d upwards = Eigen::Vector3d::UnitZ();

/// The lateral direction of a thigh settles its twist where the knee is straight.
constexpr double twist_weight = 0.1;
constexpr double rest_weight = 0.002;
constexpr double last_weight = 0.05;
constexpr double damping = 1e-3;
constexpr double longest_step = 1.0;  ///< rad
constexpr double shortest_step = 1e-9;
constexpr int most_steps = 200;
constexpr int most_halvings = 20;

/// Heights of the pelvis above the ground where the skeletons stand with straight legs, m: the captured one's soles are
/// 0.05 m below its ankles.
constexpr double captured_height = captured_leg + 0.05;

/// The part of a body that points from its own origin to that of a child.
Eigen::Vector3d towards(const mjModel& model, const char* child) {
  const mjtNum* offset = model.body_pos + 3 * object_id(model, mjOBJ_BODY, child);
  return Eigen::Vector3d(offset[0], offset[1], offset[2]).normalized();
}

std::vector<Direction> directions_of(const mjModel& model) {
  const Eigen::Vector3d down = -upwards;
  const mjtNum* right_hand = model.geom_pos + 3 * object_id(model, mjOBJ_GEOM, "right_hand");
  const mjtNum* left_hand = model.geom_pos + 3 * object_id(model, mjOBJ_GEOM, "left_hand");
  return {
      {"torso", leftwards, BodyPart::chest, leftwards, 1.0},
      {"torso", upwards, BodyPart::chest, upwards, 1.0},
      {"pelvis", leftwards, BodyPart::pelvis, leftwards, 1.0},
      {"pelvis", upwards, BodyPart::pelvis, upwards, 1.0},
      {"right_thigh", towards(model, "right_shin"), BodyPart::right_thigh, down, 1.0},
      {"right_thigh", leftwards, BodyPart::right_thigh, leftwards, twist_weight},
      {"right_shin", down, BodyPart::right_shin, down, 1.0},
      {"left_thigh", towards(model, "left_shin"), BodyPart::left_thigh, down, 1.0},
      {"left_thigh", leftwards, BodyPart::left_thigh, leftwards, twist_weight},
      {"left_shin", down, BodyPart::left_shin, down, 1.0},
      {"right_upper_arm", towards(model, "right_lower_arm"), BodyPart::right_upper_arm, down, 1.0},
      {"right_lower_arm", Eigen::Vector3d(right_hand).normalized(), BodyPart::right_forearm, down, 1.0},
      {"left_upper_arm", towards(model, "left_lower_arm"), BodyPart::left_upper_arm, down, 1.0},
      {"left_lower_arm", Eigen::Vector3d(left_hand).normalized(), BodyPart::left_forearm, down, 1.0},
  };
}

/// Puts the hinges, all joints but the first, within their limits.
void clamp_hinges(const mjModel& model, mjtNum* qpos) {
  for (int j = 1; j < model.njnt; ++j) {
    mjtNum& angle = qpos[model.jnt_qposadr[j]];
    angle = std::clamp(angle, model.jnt_range[2 * j], model.jnt_range[2 * j + 1]);
  }
}

using RowMajor3 = Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor>;

/// Joint angles for captured poses, one after another.
class InverseKinematics {
 public:
  explicit InverseKinematics(const mjModel& model)
      : model_(model), dofs_(static_cast<int>(model.nv)), data_(make_data(model)), directions_(directions_of(model)),
        last_(data_->qpos, data_->qpos + model.nq) {
    for (const Direction& d : directions_) bodies_.push_back(object_id(model, mjOBJ_BODY, d.body));
  }

  /// Data with the pose, whose pelvis is wherever the solution before left it.
  const mjData& solve(const ClipPose& pose) {
    double value = objective(pose);
    for (int i = 0; i < most_steps; ++i) {
      if (take_step(pose, value) < shortest_step) break;
    }
    last_.assign(data_->qpos, data_->qpos + model_.nq);
    last_weight_ = last_weight;
    return *data_;
  }

 private:
  /// A Gauss-Newton step within the limits, halved until the objective falls. @return its length, 0 if none does
  /// @param value the objective before and after the step
  double take_step(const ClipPose& pose, double& value) {
    Eigen::MatrixXd hessian = damping * Eigen::MatrixXd::Identity(dofs_, dofs_);
    Eigen::VectorXd downhill = Eigen::VectorXd::Zero(dofs_);
    mj_comPos(&model_, data_.get());
    RowMajor3 rotation(3, dofs_);
    Eigen::MatrixXd jacobian(3, dofs_);
    for (std::size_t i = 0; i < directions_.size(); ++i) {
      const Direction& d = directions_[i];
      const Eigen::Vector3d now = direction(i);
      mj_jacBody(&model_, data_.get(), nullptr, rotation.data(), bodies_[i]);
      for (int k = 0; k < dofs_; ++k) jacobian.col(k) = rotation.col(k).cross(now);
      hessian += d.weight * jacobian.transpose() * jacobian;
      downhill += d.weight * jacobian.transpose() * (pose.of(d.part) * d.in_part - now);
    }
    for (int k = first_hinge; k < dofs_; ++k) {
      hessian(k, k) += rest_weight + last_weight_;
      downhill[k] -= rest_weight * angle(k) + last_weight_ * (angle(k) - last_angle(k));
    }
    Eigen::VectorXd step = step_within_limits(hessian, downhill);
    if (step.norm() > longest_step) step *= longest_step / step.norm();
    const std::vector<double> start(data_->qpos, data_->qpos + model_.nq);
    for (int halving = 0; halving < most_halvings; ++halving, step /= 2.0) {
      std::ranges::copy(start, data_->qpos);
      mj_integratePos(&model_, data_->qpos, step.data(), 1.0);
      clamp_hinges(model_, data_->qpos);
      if (const double moved = objective(pose); moved < value) return value = moved, step.norm();
    }
    std::ranges::copy(start, data_->qpos);
    mj_kinematics(&model_, data_.get());
    return 0.0;
  }

  /// The minimum of the quadratic model in which hinges at a limit that they would leave stay there.
  Eigen::VectorXd step_within_limits(const Eigen::MatrixXd& hessian, const Eigen::VectorXd& downhill) const {
    std::vector<int> free;
    for (int k = 0; k < dofs_; ++k) free.push_back(k);
    Eigen::VectorXd step = Eigen::VectorXd::Zero(dofs_);
    for (;;) {
      const Eigen::VectorXd moves = hessian(free, free).ldlt().solve(downhill(free));
      step.setZero();
      step(free) = moves;
      const auto left = std::erase_if(free, [&](int k) {
        return k >= first_hinge && ((step[k] < 0.0 && angle(k) <= low(k)) || (step[k] > 0.0 && angle(k) >= high(k)));
      });
      if (left == 0) return step;
    }
  }

  /// @return the sum that is minimised, in the current qpos, of which it computes the kinematics
  double objective(const ClipPose& pose) {
    mj_kinematics(&model_, data_.get());
    double sum = 0.0;
    for (std::size_t i = 0; i < directions_.size(); ++i) {
      const Direction& d = directions_[i];
      sum += d.weight * (pose.of(d.part) * d.in_part - direction(i)).squaredNorm();
    }
    for (int k = first_hinge; k < dofs_; ++k) {
      const double turned = angle(k) - last_angle(k);
      sum += rest_weight * angle(k) * angle(k) + last_weight_ * turned * turned;
    }
    return sum;
  }

  Eigen::Vector3d direction(std::size_t i) const {
    return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data_->xmat + 9 * bodies_[i]) *
           directions_[i].in_body;
  }
  double angle(int dof) const { return data_->qpos[dof + 1]; }
  double last_angle(int dof) const { return last_[static_cast<std::size_t>(dof + 1)]; }
  double low(int dof) const { return model_.jnt_range[2 * model_.dof_jntid[dof]]; }
  double high(int dof) const { return model_.jnt_range[2 * model_.dof_jntid[dof] + 1]; }

  static constexpr int first_hinge = 6;  ///< behind the free joint, whose qpos has a number more than its velocity

  const mjModel& model_;
  int dofs_;
  MujocoData data_;
  std::vector<Direction> directions_;
  std::vector<int> bodies_;
  std::vector<double> last_;  ///< qpos of the solution before
  double last_weight_ = 0.0;  ///< the first solution has none before it
};

/// Spreads what is left between end and beginning of a cycle, apart from its advance, evenly over its steps, within the
/// joints' limits.
void close_cycle(const mjModel& model, Matrix& positions) {
  const auto steps = static_cast<int>(positions.rows()) - 1;
  std::vector<double> rest(static_cast<std::size_t>(model.nv));
  mj_differentiatePos(&model, rest.data(), 1.0, positions.row(steps).data(), positions.row(0).data());
  rest[0] = rest[1] = 0.0;
  for (int k = 1; k <= steps; ++k) {
    mj_integratePos(&model, positions.row(k).data(), rest.data(), static_cast<double>(k) / steps);
    clamp_hinges(model, positions.row(k).data());
  }
}

/// Lifts the steps in which the lowest point would be below the ground.
void lift_above_ground(const mjModel& model, Matrix& positions) {
  const MujocoData data = make_data(model);
  for (auto row : positions.rowwise()) {
    std::copy_n(row.data(), model.nq, data->qpos);
    mj_kinematics(&model, data.get());
    row[2] -= std::min(0.0, lowest_point(model, *data));
  }
}

/// Central differences; at the ends of a cycle over the seam, of another clip one-sided at the beginning, 0 at the end.
Matrix velocities_of(const mjModel& model, const ReferenceMotion& motion, double time_step) {
  const int steps = motion.steps;
  Matrix velocities = Matrix::Zero(steps + 1, model.nv);
  const auto set = [&](int row, const Eigen::RowVectorXd& before, const Eigen::RowVectorXd& after, int apart) {
    mj_differentiatePos(&model, velocities.row(row).data(), apart * time_step, before.data(), after.data());
  };
  for (int k = 1; k < steps; ++k) set(k, motion.positions.row(k - 1), motion.positions.row(k + 1), 2);
  if (motion.loops) {
    Eigen::RowVectorXd before = motion.positions.row(steps - 1);
    for (int i = 0; i < 2; ++i) before[i] -= motion.advance[static_cast<std::size_t>(i)];
    set(0, before, motion.positions.row(1), 2);
    velocities.row(steps) = velocities.row(0);
  } else {
    set(0, motion.positions.row(0), motion.positions.row(1), 1);
  }
  return velocities;
}

}  // namespace

ReferenceMotion retarget(const MotionClip& clip, const mjModel& humanoid, double time_step) {
  const int steps = static_cast<int>(std::lround(clip.duration() / time_step));
  if (steps < 1)
    throw_input_error("a motion clip of {} s is shorter than a control step of {} s", clip.duration(), time_step);
  const auto body = [&](const char* name) { return object_id(humanoid, mjOBJ_BODY, name); };
  const int right = body("right_thigh"), left = body("left_thigh");
  const int foot = object_id(humanoid, mjOBJ_GEOM, "right_foot");
  const Eigen::Map<const Eigen::Vector3d> shin(humanoid.body_pos + 3 * body("right_shin")),
      ankle(humanoid.body_pos + 3 * humanoid.geom_bodyid[foot]), sole(humanoid.geom_pos + 3 * foot);
  const double leg = shin.norm() + (ankle + sole).norm();
  const double scale = leg / captured_leg;
  const double rise = leg + humanoid.geom_size[3 * foot] - scale * captured_height;

  ReferenceMotion motion{.loops = clip.loops,
                         .steps = steps,
                         .positions = Matrix(steps + 1, humanoid.nq),
                         .velocities = {},
                         .advance = {}};
  InverseKinematics joints(humanoid);
  for (int k = 0; k <= steps; ++k) {
    const ClipPose pose = clip.at(clip.duration() * k / steps);
    const mjData& data = joints.solve(pose);
    std::copy_n(data.qpos, humanoid.nq, motion.positions.row(k).data());
    for (int i = 0; i < 3; ++i) {
      motion.positions(k, i) += scale * pose.pelvis[i] - 0.5 * (data.xpos[3 * right + i] + data.xpos[3 * left + i]);
    }
    motion.positions(k, 2) += rise;
  }
  if (clip.loops) close_cycle(humanoid, motion.positions);
  lift_above_ground(humanoid, motion.positions);
  for (int i = 0; i < 2; ++i) {
    motion.advance[static_cast<std::size_t>(i)] = motion.positions(steps, i) - motion.positions(0, i);
  }
  motion.velocities = velocities_of(humanoid, motion, time_step);
  return motion;
}

}  // namespace fm

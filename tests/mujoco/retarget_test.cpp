#include "libfm/mujoco/retarget.hpp"

#include "libfm/core/error.hpp"
#include "libfm/mujoco/model.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/mujoco/motion_clips.hpp"

#include <filesystem>

namespace {

constexpr double control_step = 0.015;

fm::MujocoModel humanoid() { return fm::load_model("gymnasium/envs/mujoco/assets/humanoid.xml"); }

fm::MotionClip clip_of(const std::string& loop, const std::vector<ClipFrame>& frames) {
  const TemporaryFolder folder;
  write_clip(folder / "clip.txt", loop, frames);
  return fm::read_motion_clip(folder / "clip.txt");
}

Eigen::VectorXd column(const fm::MujocoModel& model, const fm::ReferenceMotion& motion, const char* joint) {
  return motion.positions.col(model->jnt_qposadr[fm::object_id(*model, mjOBJ_JOINT, joint)]);
}

double height_of_lowest_foot(const mjModel& model, const fm::ReferenceMotion& motion, int step) {
  const fm::MujocoData data = fm::make_data(model);
  std::copy_n(motion.positions.row(step).data(), model.nq, data->qpos);
  mj_kinematics(&model, data.get());
  double lowest = 1e9;
  for (const char* name : {"right_foot", "left_foot"}) {
    const int foot = fm::object_id(model, mjOBJ_GEOM, name);
    lowest = std::min(lowest, data->geom_xpos[3 * foot + 2] - model.geom_size[3 * foot]);
  }
  return lowest;
}

}  // namespace

CATCH_TEST_CASE("joints that the model has too take the clip's angles, with the model's signs", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion = fm::retarget(clip_of("wrap", stepping()), *model, control_step);
  CATCH_REQUIRE(motion.steps == 80);
  const Eigen::VectorXd right = column(model, motion, "right_hip_y"), left = column(model, motion, "left_hip_y");
  const Eigen::VectorXd knee = column(model, motion, "left_knee"), yaw = column(model, motion, "abdomen_z");
  for (int k = 0; k <= motion.steps; ++k) {
    const double swing = 0.3 * std::sin(2.0 * std::numbers::pi * k / motion.steps);
    CATCH_CHECK(right[k] == Approx(-swing).margin(0.01));  // the model's hips turn about y, which bends them back
    CATCH_CHECK(left[k] == Approx(swing).margin(0.01));
    CATCH_CHECK(knee[k] == Approx(-0.5).margin(0.01));
    CATCH_CHECK(std::abs(yaw[k]) < 0.01);
  }
}

CATCH_TEST_CASE("the torso turns against the pelvis, which is what the abdomen's joints do", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion =
      fm::retarget(clip_of("none", {{.duration = 0.3}, {.duration = 0.0, .chest_yaw = 0.5}}), *model, control_step);
  // the pelvis hangs on the torso: as it stays, it turns by -0.5 rad against the torso, which is the model's root
  CATCH_CHECK(column(model, motion, "abdomen_z")[motion.steps] == Approx(-0.5).margin(0.01));
  CATCH_CHECK(motion.positions(motion.steps, 6) == Approx(std::sin(0.25)).margin(0.01));
}

CATCH_TEST_CASE("a cycle keeps its length and speed at the model's size", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion = fm::retarget(clip_of("wrap", stepping()), *model, control_step);
  const double scale = (std::hypot(0.01, 0.403) + 0.35) / fm::captured_leg;
  CATCH_CHECK(motion.advance[0] == Approx(0.9 * scale).margin(1e-6));
  CATCH_CHECK(motion.advance[1] == Approx(0.0).margin(1e-5));
  const auto place = motion.at(2 * motion.steps + 3);
  CATCH_CHECK(place.step == 3);
  CATCH_CHECK(place.cycle == 2);
}

CATCH_TEST_CASE("who stands upright stands on the ground, and nobody is below it", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const double upright = fm::captured_leg + 0.05;
  const auto standing =
      fm::retarget(clip_of("none", {{.duration = 0.3, .height = upright}, {.duration = 0.0, .height = upright - 0.3}}),
                   *model, control_step);
  CATCH_CHECK(height_of_lowest_foot(*model, standing, 0) == Approx(0.0).margin(0.01));
  for (int k = 0; k <= standing.steps; ++k) CATCH_CHECK(height_of_lowest_foot(*model, standing, k) > -1e-9);
  const auto jumping =
      fm::retarget(clip_of("none", {{.duration = 0.3, .height = upright}, {.duration = 0.0, .height = upright + 0.3}}),
                   *model, control_step);
  CATCH_CHECK(height_of_lowest_foot(*model, jumping, jumping.steps) ==
              Approx(0.3 * 0.753 / fm::captured_leg).margin(0.01));
}

CATCH_TEST_CASE("a cycle whose capture does not quite close is closed, over its whole length", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion = fm::retarget(
      clip_of("wrap",
              {{.duration = 0.6}, {.duration = 0.0, .x = 0.5, .height = 0.8, .right_hip = 0.2, .chest_yaw = 0.1}}),
      *model, control_step);
  Eigen::RowVectorXd wanted = motion.positions.row(0);
  wanted[0] += motion.advance[0];
  wanted[1] += motion.advance[1];
  CATCH_CHECK((motion.positions.row(motion.steps) - wanted).cwiseAbs().maxCoeff() < 1e-9);
  CATCH_CHECK(motion.velocities.row(0) == motion.velocities.row(motion.steps));
  const int hip = model->jnt_dofadr[fm::object_id(*model, mjOBJ_JOINT, "right_hip_y")];
  CATCH_CHECK(motion.velocities.col(hip).cwiseAbs().maxCoeff() < 0.1);  // 0.2 rad back within a step would be 13 rad/s
}

CATCH_TEST_CASE("the clips that scripts/setup --motions installs become motions of the humanoid", "[retarget]") {
  const auto folder = fm::models_folder().parent_path() / "motions";
  if (!std::filesystem::exists(folder)) {
    CATCH_WARN("SKIPPED: scripts/setup --motions installs the clips");
    return;
  }
  const fm::MujocoModel model = humanoid();
  int clips = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("humanoid3d_")) continue;
    ++clips;
    CATCH_INFO(entry.path().string());
    const fm::ReferenceMotion motion = fm::retarget(fm::read_motion_clip(entry.path()), *model, control_step);
    CATCH_CHECK(motion.positions.allFinite());
    CATCH_CHECK(motion.velocities.rightCols(17).cwiseAbs().maxCoeff() < 60.0);  // rad/s; 100 where a solution jumps
    double lowest = 1e9;
    for (int k = 0; k <= motion.steps; ++k) lowest = std::min(lowest, height_of_lowest_foot(*model, motion, k));
    CATCH_CHECK(lowest < 0.1);
  }
  CATCH_CHECK(clips == 15);
}

CATCH_TEST_CASE("velocities are derivatives of positions", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion = fm::retarget(clip_of("wrap", stepping()), *model, control_step);
  const int dof = model->jnt_dofadr[fm::object_id(*model, mjOBJ_JOINT, "right_hip_y")];
  for (int k = 0; k <= motion.steps; ++k) {  // at the seam, too
    const double rate = 2.0 * std::numbers::pi / 1.2;
    CATCH_CHECK(motion.velocities(k, dof) ==
                Approx(-0.3 * rate * std::cos(2.0 * std::numbers::pi * k / motion.steps)).margin(0.05));
  }
}

CATCH_TEST_CASE("angles stay within the model's limits", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const fm::ReferenceMotion motion =
      fm::retarget(clip_of("none", {{.duration = 0.3}, {.duration = 0.0, .right_hip = -1.5, .chest_yaw = 2.0}}), *model,
                   control_step);
  CATCH_CHECK(motion.positions.allFinite());
  for (int j = 1; j < model->njnt; ++j) {
    const auto angles = motion.positions.col(model->jnt_qposadr[j]);
    CATCH_CHECK(angles.minCoeff() >= model->jnt_range[2 * j]);
    CATCH_CHECK(angles.maxCoeff() <= model->jnt_range[2 * j + 1]);
  }
  CATCH_CHECK(column(model, motion, "right_hip_y")[motion.steps] == Approx(20.0 * std::numbers::pi / 180.0));
  CATCH_CHECK(motion.at(500).step == motion.steps);
  CATCH_CHECK(motion.at(500).cycle == 0);
  CATCH_CHECK(motion.velocities.row(motion.steps).norm() == 0.0);
}

CATCH_TEST_CASE("a clip shorter than a control step is refused", "[retarget]") {
  const fm::MujocoModel model = humanoid();
  const auto clip = clip_of("none", {{.duration = 0.001}, {.duration = 0.0}});
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::retarget(clip, *model, control_step); }), "shorter than"));
}

#include "libfm/mujoco/humanoid_motion.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/mujoco/locomotion.hpp"
#include "libfm/mujoco/model.hpp"
#include "libfm/mujoco/retarget.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/mujoco/motion_clips.hpp"

#include <set>

namespace {

/// An environment whose clip is a file that no longer exists: it is read once.
fm::EnvFactory following(const std::string& loop, const std::vector<ClipFrame>& frames,
                         fm::HumanoidMotionOptions options = {}) {
  const TemporaryFolder folder;
  options.clip = (folder / "clip.txt").string();
  write_clip(options.clip, loop, frames);
  return fm::make_humanoid_motion(options);
}

/// The same clip, retargeted here.
struct Motion {
  explicit Motion(const std::vector<ClipFrame>& frames) : model(fm::load_fast_humanoid()) {
    const TemporaryFolder folder;
    write_clip(folder / "clip.txt", "wrap", frames);
    reference = fm::retarget(fm::read_motion_clip(folder / "clip.txt"), *model, 0.015);
  }
  int step(double time) const { return static_cast<int>(std::lround(time / 0.015)) % reference.steps; }

  fm::MujocoModel model;
  fm::ReferenceMotion reference;
};

/// Hands and feet from the torso.
Eigen::VectorXd limbs(const mjModel& model, const double* positions) {
  const fm::MujocoData data = fm::make_data(model);
  std::copy_n(positions, model.nq, data->qpos);
  mj_kinematics(&model, data.get());
  Eigen::VectorXd all(12);
  const int torso = fm::object_id(model, mjOBJ_BODY, "torso");
  int next = 0;
  for (const char* name : {"right_hand", "left_hand", "right_foot", "left_foot"}) {
    const int geom = fm::object_id(model, mjOBJ_GEOM, name);
    for (int i = 0; i < 3; ++i) all[next++] = data->geom_xpos[3 * geom + i] - data->xpos[3 * torso + i];
  }
  return all;
}

constexpr Eigen::Index qpos = 1, joints = 17;  // in a state: after the time; of the model

void begin(fm::VectorEnv& env, std::uint64_t episode) {
  env.reset(std::vector{0}, std::vector{episode}, fm::RandomStream(1, "starts"));
}

}  // namespace

CATCH_TEST_CASE("an episode begins on the clip, anywhere in it or at its beginning", "[humanoid_motion]") {
  const auto anywhere = following("wrap", stepping(), {.noise = 0.0}).make(1);
  const auto beginning = following("wrap", stepping(), {.random_start = false, .noise = 0.0}).make(1);
  std::set<double> times;
  for (std::uint64_t episode = 0; episode < 8; ++episode) {
    begin(*anywhere, episode);
    begin(*beginning, episode);
    const double time = anywhere->states()(0, 0);
    times.insert(time);
    CATCH_CHECK((time >= 0.0 && time < 1.2));
    CATCH_CHECK(beginning->states()(0, 0) == 0.0);
    const auto o = anywhere->observations().row(0);
    CATCH_CHECK(o.segment(45, 2).norm() == 0.0);  // the clip is where the robot is
    const double phase = 2.0 * std::numbers::pi * time / 1.2;
    CATCH_CHECK(o[47] == Approx(std::sin(phase)).margin(1e-9));
    CATCH_CHECK(o[48] == Approx(std::cos(phase)).margin(1e-9));
    CATCH_CHECK(o[10] == Approx(-0.3 * std::sin(phase)).margin(0.01));  // the right hip
  }
  CATCH_CHECK(times.size() > 4);
}

CATCH_TEST_CASE("the reward is its formula, and close to 1 on the clip", "[humanoid_motion]") {
  const auto env = following("wrap", stepping(), {.farthest = 100.0, .noise = 0.0}).make(1);
  const Motion motion(stepping());
  const Eigen::Index nq = motion.model->nq, nv = motion.model->nv;
  begin(*env, 3);
  fm::StepResult result;
  for (int step = 0; step < 40; ++step) {
    fm::Draws draws = fm::RandomStream(4, "actions").at(static_cast<std::uint64_t>(step));
    fm::Matrix actions(1, joints);
    for (double& a : actions.reshaped()) a = draws.uniform(-0.4, 0.4);
    env->step(actions, result);
    if (step == 0) CATCH_CHECK(result.rewards[0] > 0.85);
    const fm::Matrix state = env->states();
    const int k = motion.step(state(0, 0));
    const int cycle = static_cast<int>(std::lround(state(0, 0) / 0.015)) / motion.reference.steps;
    const Eigen::RowVectorXd q = state.row(0).segment(qpos, nq), v = state.row(0).segment(qpos + nq, nv);
    const Eigen::RowVectorXd wanted = motion.reference.positions.row(k);
    const double angles = (q.tail(joints) - wanted.tail(joints)).squaredNorm();
    const double velocities = (v.tail(joints) - motion.reference.velocities.row(k).tail(joints)).squaredNorm();
    const double ends = (limbs(*motion.model, q.data()) - limbs(*motion.model, wanted.data())).squaredNorm();
    Eigen::RowVector3d away = wanted.head(3) - q.head(3);
    away[0] += cycle * motion.reference.advance[0];
    away[1] += cycle * motion.reference.advance[1];
    const Eigen::Quaterniond own(q[3], q[4], q[5], q[6]), clips(wanted[3], wanted[4], wanted[5], wanted[6]);
    const double turned = own.angularDistance(clips);
    CATCH_CHECK(result.rewards[0] == Approx(0.5 * std::exp(-2.0 * angles) + 0.05 * std::exp(-0.1 * velocities) +
                                            0.15 * std::exp(-40.0 * ends) +
                                            0.3 * std::exp(-5.0 * away.squaredNorm() - 0.5 * turned * turned))
                                         .epsilon(1e-9));
  }
}

CATCH_TEST_CASE("at times outside of the clip it is at its beginning, or at its end if it does not loop",
                "[humanoid_motion]") {
  const auto env = following("none", stepping(), {.noise = 0.0}).make(1);
  begin(*env, 0);
  fm::Matrix state = env->states();
  const auto phase_at = [&](double time) {
    state(0, 0) = time;
    env->set_states(std::vector{0}, state);
    return std::atan2(env->observations()(0, 47), env->observations()(0, 48));
  };
  CATCH_CHECK(phase_at(-5.0) == 0.0);
  CATCH_CHECK(phase_at(0.6) == Approx(std::numbers::pi / 2.0));
  CATCH_CHECK(phase_at(1e30) == Approx(std::numbers::pi));
}

CATCH_TEST_CASE("an episode ends where the torso has left the clip's", "[humanoid_motion]") {
  const auto env = following("wrap", stepping(), {.farthest = 0.4}).make(1);
  begin(*env, 0);
  fm::StepResult result;
  env->step(fm::Matrix::Zero(1, joints), result);
  CATCH_CHECK(result.terminated[0] == 0);
  CATCH_CHECK(result.success[0] == 1);
  fm::Matrix state = env->states();
  state(0, qpos) += 0.5;
  env->set_states(std::vector{0}, state);
  env->step(fm::Matrix::Zero(1, joints), result);
  CATCH_CHECK(result.terminated[0] == 1);
  CATCH_CHECK(result.success[0] == 0);
}

CATCH_TEST_CASE("a clip that loops goes on where its cycle ended; another stays at its end", "[humanoid_motion]") {
  for (const bool loops : {true, false}) {
    const auto env = following(loops ? "wrap" : "none", stepping(1.2, 0.9), {.farthest = 100.0, .noise = 0.0}).make(1);
    begin(*env, 0);
    fm::Matrix state = env->states();
    const auto clip_x = [&](double time) {
      state(0, 0) = time;
      env->set_states(std::vector{0}, state);
      return env->observations()(0, 45) + state(0, qpos);
    };
    const double cycle = clip_x(1.2) - clip_x(0.0);
    CATCH_CHECK(cycle == Approx(0.9 * 0.753 / 0.8314).epsilon(0.01));
    CATCH_CHECK(clip_x(2.4) - clip_x(1.2) == Approx(loops ? cycle : 0.0).margin(1e-9));
    CATCH_CHECK(clip_x(3.0) - clip_x(1.8) == Approx(loops ? cycle : 0.0).margin(1e-9));
  }
}

CATCH_TEST_CASE("pictures show the clip beside the robot", "[humanoid_motion]") {
  const auto env = following("wrap", stepping(), {.noise = 0.0}).make(1);
  begin(*env, 2);
  const auto shapes = env->shapes();
  const auto poses = env->poses(0);
  CATCH_REQUIRE(shapes.size() == poses.size());
  const std::size_t own = shapes.size() / 2 + 1;  // with the floor
  CATCH_REQUIRE(shapes[0].kind == fm::Shape::Kind::plane);
  for (std::size_t i = 1; i < own; ++i) {
    CATCH_CHECK(shapes[own + i - 1].kind == shapes[i].kind);
    CATCH_CHECK(poses[own + i - 1].position[0] == Approx(poses[i].position[0]).margin(1e-9));
    CATCH_CHECK(poses[own + i - 1].position[1] == Approx(poses[i].position[1] + 1.0).margin(1e-9));
  }
}

CATCH_TEST_CASE("tracking errors are those of the recorded joints", "[humanoid_motion]") {
  const auto factory = following("wrap", stepping(), {.farthest = 100.0, .horizon = 120});
  const Motion motion(stepping());
  const fm::PolicyFactory resting = [&] { return std::make_unique<fm::ZeroPolicy>(factory.spec.actions); };
  const auto episodes = fm::rollout(factory, resting, {.episodes = 4});
  double angles = 0.0, steps = 0.0;
  for (const fm::Episode& e : episodes) {
    for (Eigen::Index i = 1; i <= e.steps(); ++i) {
      const auto q = e.states.row(i).segment(qpos, motion.model->nq).tail(joints);
      angles += (q - motion.reference.positions.row(motion.step(e.states(i, 0))).tail(joints)).squaredNorm();
    }
    steps += static_cast<double>(e.steps());
  }
  const auto metrics = factory.make(1)->metrics(episodes);
  CATCH_CHECK(metrics.at("joint_error") == Approx(std::sqrt(angles / (steps * joints))).epsilon(1e-6));
  CATCH_CHECK(metrics.at("torso_error") > 0.2);  // it falls
}

CATCH_TEST_CASE("a motion without a clip says where to get one, and what its file holds is part of it",
                "[humanoid_motion]") {
  CATCH_CHECK(contains(error_of<fm::InputError>([] { fm::make_humanoid_motion({}); }), "scripts/setup --motions"));
  const TemporaryFolder folder;
  fm::EnvOptions options{.name = "humanoid_motion", .humanoid_motion = {.clip = (folder / "clip.txt").string()}};
  write_clip(options.humanoid_motion.clip, "wrap", stepping());
  const std::string content = fm::env_content(options);
  write_clip(options.humanoid_motion.clip, "wrap", stepping(1.3));
  CATCH_CHECK(fm::env_content(options) != content);
}

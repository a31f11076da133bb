#include "libfm/mujoco/mujoco_env.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

using fm::Matrix;

namespace {

fm::EnvFactory make(const char* name) {
  fm::EnvOptions options;
  options.name = name;
  return fm::make_env(options);
}

Matrix random_actions(const fm::VectorEnv& env, int step) {
  Matrix actions(env.copies(), env.spec().actions.size());
  for (int i = 0; i < env.copies(); ++i) {
    fm::Draws draws =
        fm::RandomStream(5, "actions").at(static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(step));
    for (auto& action : actions.row(i)) action = draws.uniform(-0.4, 0.4);
  }
  return actions;
}

std::vector<int> all_rows(const fm::VectorEnv& env) {
  std::vector<int> rows;
  for (int i = 0; i < env.copies(); ++i) rows.push_back(i);
  return rows;
}

void begin(fm::VectorEnv& env) {
  std::vector<std::uint64_t> episodes;
  for (int i = 0; i < env.copies(); ++i) episodes.push_back(static_cast<std::uint64_t>(i));
  env.reset(all_rows(env), episodes, fm::RandomStream(1, "starts"));
}

}  // namespace

CATCH_TEST_CASE("a model that cannot be loaded is an input error with its path and reason", "[model]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "broken.xml") << "<mujoco><worldbody><geom type='sphere'/></worldbody></mujoco>";
  const std::string broken = error_of<fm::InputError>([&] { fm::load_model(folder / "broken.xml"); });
  CATCH_CHECK(contains(broken, "broken.xml: MuJoCo cannot load the model"));
  CATCH_CHECK(contains(broken, "size 0 must be positive"));
  const std::string missing = error_of<fm::InputError>([&] { fm::load_model("gymnasium/none.xml"); });
  CATCH_CHECK(contains(missing, "gymnasium/none.xml: no such model; set FM_MODELS"));
}

CATCH_TEST_CASE("trajectories with contacts are the same bits with any number of threads and copies", "[mujoco_env]") {
  for (const char* name : {"humanoid", "ant", "dm_humanoid"}) {
    const fm::EnvFactory factory = make(name);
    const fm::PolicyFactory random = [&] { return std::make_unique<fm::RandomPolicy>(factory.spec.actions, 3); };
    fm::set_threads(1);
    const auto alone = fm::rollout(factory, random, {.episodes = 3, .block = 2});
    fm::set_threads(2);
    const auto together = fm::rollout(factory, random, {.episodes = 3, .block = 3});
    const auto many = factory.make(32), one = factory.make(1);  // many: on several of MuJoCo's threads
    many->set_states(all_rows(*many), alone[0].states.row(0).replicate(32, 1));
    one->set_states(std::vector{0}, alone[0].states.row(0));
    fm::StepResult of_many, of_one;
    for (int step = 0; step < 20; ++step) {
      const Matrix actions = random_actions(*many, step);
      many->step(actions, of_many);
      one->step(actions.row(17), of_one);
      one->set_states(std::vector{0}, one->states());
      for (int i = 0; i < 32 && step == 0; ++i)
        CATCH_CHECK((many->states().row(i) == one->states().row(0)) == (i == 17));
      CATCH_CHECK(many->states().row(17) == one->states().row(0));
      CATCH_CHECK(many->observations().row(17) == one->observations().row(0));
      CATCH_CHECK(of_many.rewards[17] == of_one.rewards[0]);
    }
    for (std::size_t i = 0; i < alone.size(); ++i) {
      CATCH_CHECK(alone[i].states == together[i].states);
      CATCH_CHECK(alone[i].observations == together[i].observations);
      CATCH_CHECK(alone[i].rewards == together[i].rewards);
    }
    fm::set_threads(0);
  }
}

CATCH_TEST_CASE("a simulation that diverges terminates in its last finite state", "[mujoco_env]") {
  std::filesystem::remove("MUJOCO_LOG.TXT");  // of another program
  const auto env = make("hopper").make(2);
  begin(*env);
  Matrix states = env->states();
  states(1, 1 + 6 + 2) = 1e9;  // an angular velocity, rad/s
  fm::StepResult result;
  Matrix observations;
  for (int round = 0; round < 3; ++round) {  // a row that has diverged before diverges again
    env->set_states(all_rows(*env), states);
    observations = env->observations();
    env->step(Matrix::Zero(2, 3), result);
    CATCH_CHECK(result.diverged[1] == 1);
  }
  CATCH_CHECK(result.diverged == std::vector<std::uint8_t>{0, 1});
  CATCH_CHECK(result.terminated == std::vector<std::uint8_t>{0, 1});
  CATCH_CHECK(result.truncated == std::vector<std::uint8_t>{0, 0});
  CATCH_CHECK((result.rewards[1] == 0.0 && result.success[1] == 0));
  CATCH_CHECK(env->observations().row(1) == observations.row(1));
  CATCH_CHECK(env->states().row(1) == states.row(1));
  CATCH_CHECK(env->observations().row(0) != observations.row(0));
  CATCH_CHECK_FALSE(std::filesystem::exists("MUJOCO_LOG.TXT"));
}

CATCH_TEST_CASE("an action that is not finite gives a reward that is not", "[mujoco_env]") {
  const auto env = make("half_cheetah").make(1);
  begin(*env);
  fm::StepResult result;
  env->step(Matrix::Constant(1, 6, std::nan("")), result);
  CATCH_CHECK(std::isnan(result.rewards[0]));
  CATCH_CHECK((result.terminated[0] == 1 && result.diverged[0] == 0));
}

CATCH_TEST_CASE("the humanoid's commands change within an episode, unless they were set", "[humanoid_velocity]") {
  fm::EnvOptions options;
  options.name = "humanoid_velocity";
  options.humanoid_velocity.resample = 0.06;  // 4 steps
  options.humanoid_velocity.lowest = 0.0;     // lying on the ground is fine
  const auto env = fm::make_env(options).make(2);
  begin(*env);
  Matrix wanted(1, 2);
  wanted << 1.5, 0.0;
  env->set_goals(std::vector{1}, wanted);
  fm::StepResult result;
  for (int step = 0; step < 12; ++step) {
    const Matrix before = env->goals();
    for (int j = 0; j < 2; ++j) {
      CATCH_CHECK((before(0, j) >= env->spec().goals[j].low && before(0, j) <= env->spec().goals[j].high));
    }
    env->step(random_actions(*env, step), result);
    CATCH_CHECK((env->goals().row(0) != before.row(0)) == (step % 4 == 3));
    CATCH_CHECK(env->goals().row(1) == wanted.row(0));
  }
}

CATCH_TEST_CASE("the power of a motor is its torque times its joint's velocity", "[humanoid_velocity]") {
  const auto env = make("humanoid_velocity").make(1);
  const auto& columns = env->spec().observations;
  const auto name = [](const fm::Dimension& d) { return d.name; };
  const auto column = [&](const std::string& wanted) {
    return std::ranges::find(columns, wanted, name) - columns.begin();
  };
  fm::Episode episode{.observations = Matrix::Zero(3, std::ssize(columns)),
                      .actions = Matrix::Zero(2, std::ssize(env->spec().actions))};
  const auto motor = std::ranges::find(env->spec().actions, "right_knee", name) - env->spec().actions.begin();
  episode.observations(0, column("right_knee velocity")) = -2.0;
  episode.observations(1, column("right_knee velocity")) = 3.0;
  episode.actions(0, motor) = 0.1;
  constexpr double gear = 200.0;  // N m, in Gymnasium's humanoid.xml
  const double metric = env->metrics(std::vector{episode}).at("power");
  CATCH_CHECK(std::abs(metric - gear * 0.1 * 2.0 / 2.0) < 1e-12);
}

CATCH_TEST_CASE("dm_control's humanoid may begin standing", "[dm_humanoid]") {
  fm::EnvOptions options{.name = "dm_humanoid"};
  options.dm_humanoid.move = "stand";
  options.dm_humanoid.start = "standing";
  const auto env = fm::make_env(options).make(3);
  begin(*env);
  CATCH_CHECK(env->states().row(0) != env->states().row(1));
  const double height = env->states()(0, 3);
  fm::StepResult result;
  for (int step = 0; step < 4; ++step) env->step(Matrix::Zero(3, 21), result);
  CATCH_CHECK((result.rewards.array() > 0.9).all());
  CATCH_CHECK(std::abs(env->states()(0, 3) - height) < 0.01);  // in 0.1 s a free fall is 0.05 m
}

CATCH_TEST_CASE("the entropy of speeds counts what episodes do, in bits", "[humanoid_velocity]") {
  const auto env = make("humanoid_velocity").make(1);
  const auto& columns = env->spec().observations;
  const Eigen::Index forwards = 22;
  constexpr double fallen = -100.0;
  CATCH_REQUIRE(columns[static_cast<std::size_t>(forwards)].name == "root velocity x");
  const auto entropy_of = [&](const std::vector<double>& speeds) {
    std::vector<fm::Episode> episodes;
    for (const double speed : speeds) {
      auto& e = episodes.emplace_back(fm::Episode{.observations = Matrix::Zero(4, std::ssize(columns)),
                                                  .actions = Matrix::Zero(3, std::ssize(env->spec().actions))});
      e.observations.col(forwards).setConstant(speed == fallen ? 2.0 : speed);
      e.terminated = {0, 0, speed == fallen};
    }
    return env->metrics(episodes).at("speed_entropy_bits");
  };
  CATCH_CHECK(entropy_of({0.1, 0.2, -0.3, 0.6}) == 0.0);  // all stand
  CATCH_CHECK(entropy_of({0.0, 1.9, 0.1, 2.5}) == Approx(1.0));
  CATCH_CHECK(entropy_of({0.0, 1.0, 2.0}) == Approx(std::log2(3.0)));
  CATCH_CHECK(entropy_of({0.0, 0.1, fallen, fallen}) == 0.0);
  CATCH_CHECK(entropy_of({0.0, 1.0, 1.0, 1.0}) == Approx(0.25 * 2.0 + 0.75 * std::log2(4.0 / 3.0)));
}

CATCH_TEST_CASE("the humanoid is rewarded for the commanded velocity of its mass centre", "[humanoid_velocity]") {
  const auto env = make("humanoid_velocity").make(1);
  begin(*env);
  const Eigen::Index carried = env->states().cols() - 2;
  Matrix goal(1, 2);
  goal << 1.0, -0.2;
  env->set_goals(std::vector{0}, goal);
  const Eigen::RowVector2d before = env->states().row(0).tail(2);
  fm::StepResult result;
  const Matrix action = random_actions(*env, 0);
  env->step(action, result);
  const Eigen::RowVector2d velocity = (env->states().row(0).tail(2) - before) / 0.015;
  const double error = (velocity - goal.row(0)).squaredNorm();
  CATCH_CHECK(result.rewards[0] ==
              Approx(4.0 * std::exp(-error / 0.25) + 1.0 - 0.1 * action.squaredNorm()).epsilon(1e-12));
  CATCH_CHECK(env->spec().states[static_cast<std::size_t>(carried)].name == "before x");
}

CATCH_TEST_CASE("shapes have the poses of the model's geometries", "[mujoco_env]") {
  const auto env = make("cart_pole_swing_up").make(1);
  const auto landmarks = env->landmarks();
  CATCH_REQUIRE((landmarks.size() == 2 && landmarks[0].name == "hanging"));
  const auto pole_height = [&](const fm::Landmark& landmark) {
    const Matrix state = Eigen::Map<const Matrix>(landmark.state.data(), 1, std::ssize(landmark.state));
    env->set_states(std::vector{0}, state);
    const auto shapes = env->shapes();
    const auto poses = env->poses(0);
    CATCH_REQUIRE(shapes.size() == poses.size());
    CATCH_CHECK((shapes.back().kind == fm::Shape::Kind::capsule && shapes.back().size[1] == Approx(0.5)));
    return poses.back().position[2];
  };
  CATCH_CHECK(pole_height(landmarks[0]) == Approx(0.5));  // the cart is 1 m high, the pole 1 m long
  CATCH_CHECK(pole_height(landmarks[1]) == Approx(1.5));
}

// Requirements on every environment. Every row of the table is tested, and a test environment without bounds whose
// episodes end early.

#include "libfm/core/error.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/env/early_ending_env.hpp"
#include "tests/mujoco/motion_clips.hpp"

#include <cmath>
#include <cstdlib>

using fm::Matrix;
using fm::VectorEnv;

namespace {

constexpr int copies = 5;
const fm::RandomStream starts(11, "starts");
const fm::RandomStream pushes(11, "pushes");

/// Episodes of simulated robots would take long.
void shorten(fm::EnvOptions& o) {
  for (int* horizon : {&o.cart_pole_swing_up.horizon, &o.acrobot.horizon, &o.hopper.locomotion.horizon,
                       &o.walker2d.locomotion.horizon, &o.half_cheetah.horizon, &o.ant.horizon, &o.humanoid.horizon,
                       &o.humanoid_velocity.horizon, &o.humanoid_motion.horizon, &o.dm_humanoid.horizon}) {
    *horizon = 60;
  }
}

std::vector<fm::EnvFactory> factories() {
  const TemporaryFolder folder;
  write_clip(folder / "clip.txt", "wrap", stepping());
  std::vector<fm::EnvFactory> all;
  for (const std::string& name : fm::env_names()) {
    if (name == fm::no_env || name == "gymnasium") continue;  // the latter's tests are in tests/gymnasium
    fm::EnvOptions options;
    options.name = name;
    options.humanoid_motion.clip = (folder / "clip.txt").string();
    shorten(options);
    all.push_back(fm::make_env(options));
  }
  all.push_back(fm::test::EarlyEndingEnv::factory());
  return all;
}

/// Environments of Gymnasium, of the Python that FM_PYTHON names.
std::vector<fm::EnvFactory> gymnasium_factories() {
  const char* python = std::getenv("FM_PYTHON");
  CATCH_REQUIRE(python != nullptr);
  std::vector<fm::EnvFactory> all;
  for (const char* id : {"Pendulum-v1", "CartPole-v1", "Acrobot-v1", "Hopper-v5", "test_envs:test/Reach-v0"}) {
    fm::GymnasiumOptions options{.id = id, .python = python};
    if (*id != 't') options.horizon = 60;
    all.push_back(fm::make_gymnasium(options));
  }
  return all;
}

/// Row i gets episode 10 + i.
std::unique_ptr<VectorEnv> begun(const fm::EnvFactory& factory) {
  auto env = factory.make(copies);
  for (int i = 0; i < copies; ++i) {
    env->reset(std::vector{i}, std::vector<std::uint64_t>{static_cast<std::uint64_t>(10 + i)}, starts);
  }
  return env;
}

/// A random action within the bounds for the episode's step. (1, A)
Matrix action(const VectorEnv& env, int episode, int step) {
  const auto& bounds = env.spec().actions;
  Matrix row(1, bounds.size());
  fm::Draws draws = pushes.at(static_cast<std::uint64_t>(episode), static_cast<std::uint32_t>(step));
  for (std::size_t j = 0; j < bounds.size(); ++j) {
    const bool bounded = bounds[j].is_bounded();
    row(0, j) = static_cast<float>(bounded ? draws.uniform(bounds[j].low, bounds[j].high) : draws.normal());
  }
  return row;
}

Matrix actions(const VectorEnv& env, int step) {
  Matrix all(env.copies(), env.spec().actions.size());
  for (int i = 0; i < env.copies(); ++i) all.row(i) = action(env, 10 + i, step);
  return all;
}

void check_spec(const fm::EnvFactory& factory) {
  const auto env = begun(factory);
  const fm::EnvSpec& spec = env->spec();
  CATCH_INFO(spec.name);
  CATCH_CHECK(spec == factory.spec);
  CATCH_CHECK(env->copies() == copies);
  CATCH_CHECK((spec.time_step > 0.0 && spec.horizon > 0));
  CATCH_CHECK(!spec.actions.empty());
  for (const auto* dimensions : {&spec.observations, &spec.actions, &spec.goals, &spec.states}) {
    for (const fm::Dimension& d : *dimensions) CATCH_CHECK((!d.name.empty() && d.low < d.high));
  }
  CATCH_CHECK((env->observations().rows() == copies && env->observations().cols() == std::ssize(spec.observations)));
  CATCH_CHECK((env->goals().rows() == copies && env->goals().cols() == std::ssize(spec.goals)));
  CATCH_CHECK((env->states().rows() == copies && env->states().cols() == std::ssize(spec.states)));
  fm::StepResult result;
  env->step(actions(*env, 0), result);
  CATCH_CHECK(result.rewards.size() == copies);
  CATCH_CHECK((result.terminated.size() == copies && result.truncated.size() == copies));
  CATCH_CHECK(result.success.size() == copies);
  if (spec.goals.empty()) CATCH_CHECK_THROWS_AS(env->set_goals(std::vector{0}, Matrix(1, 0)), fm::InputError);
}

void check_independent_rows(const fm::EnvFactory& factory) {
  const auto together = begun(factory);
  const auto alone = factory.make(1);
  CATCH_INFO(together->spec().name);
  const int row = 3;
  alone->reset(std::vector{0}, std::vector<std::uint64_t>{10 + row}, starts);
  fm::StepResult of_all, of_one;
  for (int step = 0; step < 30; ++step) {
    CATCH_REQUIRE(together->observations().row(row) == alone->observations().row(0));
    CATCH_REQUIRE(together->goals().row(row) == alone->goals().row(0));
    CATCH_REQUIRE(together->states().row(row) == alone->states().row(0));
    together->step(actions(*together, step), of_all);
    alone->step(action(*alone, 10 + row, step), of_one);
    CATCH_REQUIRE(of_all.rewards[row] == of_one.rewards[0]);
    CATCH_REQUIRE(of_all.terminated[row] == of_one.terminated[0]);
    CATCH_REQUIRE(of_all.truncated[row] == of_one.truncated[0]);
    CATCH_REQUIRE(of_all.success[row] == of_one.success[0]);
  }
}

void check_restart(const fm::EnvFactory& factory) {
  const auto env = begun(factory);
  const auto fresh = begun(factory);
  CATCH_INFO(env->spec().name);
  fm::StepResult result, of_fresh;
  std::vector<bool> before_ended(copies, false);
  for (int step = 0; step < 10; ++step) {
    env->step(actions(*env, step), result);
    for (int i = 0; i < copies; ++i) {
      before_ended[i] = before_ended[i] || result.terminated[i] != 0 || result.truncated[i] != 0;
    }
  }
  const Matrix before = env->observations();
  if (before.cols() > 0) CATCH_REQUIRE(before.row(2) != fresh->observations().row(2));
  env->reset(std::vector{2}, std::vector<std::uint64_t>{12}, starts);
  for (int i = 0; i < copies; ++i) {
    CATCH_CHECK(env->observations().row(i) == (i == 2 ? fresh->observations().row(i) : before.row(i)));
  }
  // The step counter too: the reset row ends when a fresh one does, and the others are truncated ten steps earlier.
  const int horizon = env->spec().horizon;
  bool ended = false, others_ended = false;
  for (int step = 0; step < horizon; ++step) {
    env->step(actions(*env, step), result);
    fresh->step(actions(*fresh, step), of_fresh);
    CATCH_REQUIRE(env->observations().row(2) == fresh->observations().row(2));
    CATCH_REQUIRE(result.rewards[2] == of_fresh.rewards[2]);
    CATCH_REQUIRE(result.success[2] == of_fresh.success[2]);
    CATCH_REQUIRE(result.terminated[2] == of_fresh.terminated[2]);
    CATCH_REQUIRE(result.truncated[2] == of_fresh.truncated[2]);
    CATCH_REQUIRE((result.truncated[2] == 0 || step + 1 == horizon));
    ended = ended || result.terminated[2] != 0 || result.truncated[2] != 0;
    others_ended = others_ended || result.terminated[1] != 0 || result.truncated[1] != 0 || before_ended[1];
    if (step + 1 == horizon - 10) CATCH_CHECK(others_ended);
  }
  CATCH_CHECK(ended);
}

void check_final_state(const fm::EnvFactory& factory) {
  const auto env = begun(factory);
  CATCH_INFO(env->spec().name);
  fm::StepResult result;
  std::vector<bool> ended(copies, false);
  Matrix observations = env->observations(), goals = env->goals();
  fm::Matrix states = env->states();
  for (int step = 0; step < env->spec().horizon + 3; ++step) {
    Matrix pushed = actions(*env, step);
    for (int i = 0; i < copies; ++i) {
      if (ended[i]) pushed.row(i).setConstant(std::nanf(""));  // must not be read
    }
    env->step(pushed, result);
    for (int i = 0; i < copies; ++i) {
      if (!ended[i]) {
        observations.row(i) = env->observations().row(i);
        goals.row(i) = env->goals().row(i);
        states.row(i) = env->states().row(i);
      } else {
        CATCH_REQUIRE(result.rewards[i] == 0.0);
        CATCH_REQUIRE((result.terminated[i] == 0 && result.truncated[i] == 0 && result.success[i] == 0));
      }
      ended[i] = ended[i] || result.terminated[i] != 0 || result.truncated[i] != 0;
    }
    CATCH_REQUIRE(env->observations() == observations);
    CATCH_REQUIRE(env->goals() == goals);
    CATCH_REQUIRE(env->states() == states);
  }
  for (const bool row_ended : ended) CATCH_CHECK(row_ended);
  env->reset(std::vector{1}, std::vector<std::uint64_t>{77}, starts);
  env->step(actions(*env, 0), result);
  CATCH_CHECK((env->states().cols() == 0 || env->states().row(1) != states.row(1)));
  CATCH_CHECK(env->states().row(2) == states.row(2));
}

}  // namespace

CATCH_TEST_CASE("every environment's spec is complete and its matrices have its shapes", "[contract]") {
  for (const auto& factory : factories()) check_spec(factory);
}

CATCH_TEST_CASE("every environment's rows are independent", "[contract]") {
  for (const auto& factory : factories()) check_independent_rows(factory);
}

CATCH_TEST_CASE("every environment restarts exactly the rows that are reset", "[contract]") {
  for (const auto& factory : factories()) check_restart(factory);
}

CATCH_TEST_CASE("every environment's row keeps its final state until it is reset", "[contract]") {
  for (const auto& factory : factories()) check_final_state(factory);
}

CATCH_TEST_CASE("every environment continues identically from a state that is read and set", "[contract]") {
  for (const auto& factory : factories()) {
    const auto env = begun(factory);
    CATCH_INFO(env->spec().name);
    fm::StepResult result, of_copy;
    for (int step = 0; step < 10; ++step) {
      env->step(actions(*env, step), result);
      for (int i = 0; i < copies; ++i) {  // a row that ended would not continue
        if (result.terminated[i] == 0 && result.truncated[i] == 0) continue;
        env->reset(std::vector{i}, std::vector<std::uint64_t>{static_cast<std::uint64_t>(100 * step + i)}, starts);
      }
    }
    const auto copy = factory.make(copies);
    const std::vector<int> order = {4, 2, 0, 1, 3};
    fm::Matrix states(copies, env->spec().states.size());
    for (int i = 0; i < copies; ++i) states.row(i) = env->states().row(order[i]);
    copy->set_states(order, states);
    if (env->goals().cols() > 0) {
      Matrix goals(copies, env->goals().cols());
      for (int i = 0; i < copies; ++i) goals.row(i) = env->goals().row(order[i]);
      copy->set_goals(order, goals);
    }
    CATCH_CHECK(copy->states() == env->states());
    for (int step = 10; step < 20; ++step) {
      CATCH_REQUIRE(copy->observations() == env->observations());
      CATCH_REQUIRE(copy->goals() == env->goals());
      env->step(actions(*env, step), result);
      copy->step(actions(*copy, step), of_copy);
      CATCH_REQUIRE(of_copy.rewards == result.rewards);
    }
  }
}

CATCH_TEST_CASE("every environment stays within its bounds from any state within them", "[contract]") {
  for (const auto& factory : factories()) {
    const auto env = begun(factory), clipped = begun(factory);
    const fm::EnvSpec& spec = env->spec();
    CATCH_INFO(spec.name);
    fm::Matrix states = env->states();
    for (int i = 0; i < copies && fm::are_bounded(spec.states); ++i) {
      fm::Draws draws = starts.at(static_cast<std::uint64_t>(i));
      for (std::size_t j = 0; j < spec.states.size(); ++j) {
        states(i, j) = draws.uniform(spec.states[j].low, spec.states[j].high);
      }
    }
    const std::vector<int> all = {0, 1, 2, 3, 4};
    env->set_states(all, states);
    clipped->set_states(all, states);
    fm::StepResult result, of_clipped;
    for (int step = 0; step < 50; ++step) {
      Matrix wild = 10.0f * actions(*env, step), tame = wild;
      for (std::size_t j = 0; j < spec.actions.size(); ++j) {
        tame.col(j) = wild.col(j).cwiseMax(static_cast<float>(spec.actions[j].low));
        tame.col(j) = tame.col(j).cwiseMin(static_cast<float>(spec.actions[j].high)).eval();
      }
      env->step(wild, result);
      clipped->step(tame, of_clipped);
      CATCH_REQUIRE(env->observations() == clipped->observations());
      CATCH_REQUIRE(result.rewards == of_clipped.rewards);
      CATCH_REQUIRE(result.rewards.allFinite());
      for (std::size_t j = 0; j < spec.observations.size(); ++j) {
        CATCH_REQUIRE(env->observations().col(j).minCoeff() >= static_cast<float>(spec.observations[j].low));
        CATCH_REQUIRE(env->observations().col(j).maxCoeff() <= static_cast<float>(spec.observations[j].high));
      }
    }
  }
}

CATCH_TEST_CASE("Gymnasium's environments keep the contract, but for states", "[.gymnasium]") {
  for (const auto& factory : gymnasium_factories()) {
    check_spec(factory);
    check_independent_rows(factory);
    check_restart(factory);
    check_final_state(factory);
    CATCH_CHECK(factory.spec.states.empty());
    CATCH_CHECK_THROWS_AS(factory.make(1)->set_states(std::vector{0}, Matrix(1, 0)), fm::InputError);
  }
}

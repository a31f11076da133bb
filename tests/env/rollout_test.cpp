#include "libfm/env/rollout.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/pendulum/target_angle.hpp"
#include "tests/catch.hpp"
#include "tests/env/early_ending_env.hpp"

#include <atomic>
#include <cmath>
#include <set>

using fm::Episode;
using fm::Matrix;
using fm::RolloutOptions;

namespace {

/// Acts on its own last action, so that a wrong reset or row mix-up is detected. Its extra is that action.
class Remembering final : public fm::Policy {
 public:
  void reset(int copies, std::span<const int> rows) override {
    last_.resize(copies, 0.0f);
    for (const int row : rows) last_[row] = 0.0f;
  }
  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    output.actions.resize(input.observations.rows(), 1);
    for (int i = 0; i < input.observations.rows(); ++i) {
      double& last = last_[input.copy(i)];
      output.extras(i, 0) = last;
      last = 0.5f * last + input.observations(i, input.observations.cols() / 2) +
             0.01f * static_cast<float>(input.steps[i]);
      output.actions(i, 0) = last;
    }
  }
  std::vector<std::string> extras() const override { return {"last_action"}; }

 private:
  std::vector<double> last_;
};

/// Episode n ends after n % 3 + 1 steps: terminated, or truncated where that is the horizon of 3. Observes and rewards
/// 100 n + step.
class Counting final : public fm::VectorEnv {
 public:
  static fm::EnvSpec describe() {
    return {.name = "counting",
            .observations = {{"count", "", 0.0, 1e9}},
            .actions = {{"nothing", "", -1.0, 1.0}},
            .goals = {{"step", "", 0.0, 3.0}},
            .states = {{"count", "", 0.0, 1e9}},
            .time_step = 1.0,
            .horizon = 3};
  }

  explicit Counting(int copies) : episode_(copies), step_(copies), observations_(copies, 1), goals_(copies, 1) {}
  const fm::EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(step_.size()); }
  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const fm::RandomStream&) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      episode_[rows[i]] = static_cast<int>(episodes[i]);
      step_[rows[i]] = 0;
      observe(rows[i]);
    }
  }
  void step(const Matrix&, fm::StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      const int last = episode_[i] % 3 + 1;
      if (step_[i] >= last) continue;
      result.rewards[i] = observations_(i, 0);
      ++step_[i];
      observe(i);
      result.terminated[i] = step_[i] == last && last < 3;
      result.truncated[i] = step_[i] >= 3;
      result.success[i] = result.terminated[i];
    }
  }
  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  void set_goals(std::span<const int>, const Matrix&) override {}
  fm::Matrix states() const override { return observations_.cast<double>(); }
  void set_states(std::span<const int>, const fm::Matrix&) override {}

 private:
  void observe(int row) {
    observations_(row, 0) = static_cast<float>(100 * episode_[row] + step_[row]);
    goals_(row, 0) = static_cast<float>(step_[row]);
  }

  fm::EnvSpec spec_ = describe();
  std::vector<int> episode_;
  std::vector<int> step_;
  Matrix observations_;
  Matrix goals_;
};

/// Pushes by the observation, remembers its last push, and counts the rows it is given.
class CountedPushes final : public fm::Policy {
 public:
  explicit CountedPushes(std::atomic<std::int64_t>& rows) : rows_(rows) {}
  void reset(int copies, std::span<const int> rows) override {
    last_.resize(static_cast<std::size_t>(copies), 0.0F);
    for (const int row : rows) last_[row] = 0.0F;
  }
  void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
    const Eigen::Index n = input.observations.rows();
    rows_ += n;
    output.actions.resize(n, 1);
    for (Eigen::Index i = 0; i < n; ++i) {
      double& last = last_[input.copy(i)];
      last = 0.9F * last + std::sin(input.observations(i, 0) + input.goals(i, 0));
      output.actions(i, 0) = last;
    }
  }

 private:
  std::atomic<std::int64_t>& rows_;
  std::vector<double> last_;
};

std::vector<Episode> pendulum_episodes(const RolloutOptions& options) {
  const fm::EnvFactory env{fm::Pendulum::describe({}),
                           [](int copies) { return std::make_unique<fm::Pendulum>(fm::PendulumOptions{}, copies); }};
  return fm::rollout(
      env, [] { return std::make_unique<Remembering>(); }, options);
}

std::vector<Episode> counting_episodes(const RolloutOptions& options) {
  const fm::EnvFactory env{Counting::describe(), [](int copies) { return std::make_unique<Counting>(copies); }};
  return fm::rollout(
      env, [] { return std::make_unique<Remembering>(); }, options);
}

void check_equal(const Episode& a, const Episode& b) {
  CATCH_CHECK(a.index == b.index);
  CATCH_CHECK(a.observations == b.observations);
  CATCH_CHECK(a.actions == b.actions);
  CATCH_CHECK(a.executed() == b.executed());
  CATCH_CHECK(a.states == b.states);
  CATCH_CHECK(a.extras == b.extras);
  CATCH_CHECK(a.rewards == b.rewards);
  CATCH_CHECK(a.success == b.success);
}

}  // namespace

CATCH_TEST_CASE("an episode of T steps has T + 1 observations and the actions between them", "[rollout]") {
  const auto episodes = pendulum_episodes({.episodes = 3});
  CATCH_REQUIRE(episodes.size() == 3);
  for (const Episode& e : episodes) {
    CATCH_REQUIRE(e.steps() == 200);
    CATCH_REQUIRE((e.observations.rows() == 201 && e.states.rows() == 201 && e.goals.rows() == 201));
    CATCH_REQUIRE((e.rewards.size() == 200 && e.terminated.size() == 200 && e.truncated.size() == 200));
    CATCH_CHECK((e.truncated.back() == 1 && e.truncated[198] == 0));
    CATCH_CHECK(e.executed_actions.size() == 0);
    // The recorded states and actions, replayed.
    fm::Pendulum env({}, 1);
    fm::StepResult result;
    env.set_states(std::vector{0}, e.states.topRows(1));
    double total = 0.0;
    for (int t = 0; t < 200; ++t) {
      CATCH_REQUIRE(env.observations().row(0) == e.observations.row(t));
      env.step(e.actions.row(t), result);
      total += result.rewards[0];
    }
    CATCH_CHECK(env.states().row(0) == e.states.row(200));
    CATCH_CHECK(env.observations().row(0) == e.observations.row(200));
    CATCH_CHECK(total == e.total_reward());
  }
}

CATCH_TEST_CASE("extras are recorded beside the action of their step", "[rollout]") {
  const Episode e = pendulum_episodes({.episodes = 1})[0];
  CATCH_CHECK(e.extras(0, 0) == 0.0f);
  CATCH_CHECK(e.extras.bottomRows(199) == e.actions.topRows(199));
}

CATCH_TEST_CASE("each episode ends when its environment ends it", "[rollout]") {
  const auto episodes = counting_episodes({.episodes = 7, .first_episode = 3, .block = 4});
  for (std::size_t n = 0; n < episodes.size(); ++n) {
    const Episode& e = episodes[n];
    const int id = static_cast<int>(n) + 3, steps = id % 3 + 1;
    CATCH_CHECK(e.index == static_cast<std::uint64_t>(id));
    CATCH_REQUIRE(e.steps() == steps);
    CATCH_REQUIRE((e.observations.rows() == steps + 1 && e.goals.rows() == steps + 1 && e.extras.rows() == steps));
    for (int t = 0; t <= steps; ++t) {
      CATCH_CHECK(e.observations(t, 0) == static_cast<float>(100 * id + t));
      CATCH_CHECK(e.goals(t, 0) == static_cast<float>(t));
    }
    CATCH_CHECK((e.terminated.back() != 0) == (steps < 3));
    CATCH_CHECK((e.truncated.back() != 0) == (steps == 3));
    CATCH_CHECK(e.success == (steps < 3));
    CATCH_CHECK(e.total_reward() == 100.0 * id * steps + steps * (steps - 1) / 2);
  }
}

CATCH_TEST_CASE("noise is added to the executed action only", "[rollout]") {
  const auto episodes = pendulum_episodes({.episodes = 20, .action_noise = 0.25});
  double sum = 0.0, squares = 0.0;
  int n = 0;
  for (const Episode& e : episodes) {
    CATCH_REQUIRE(e.executed_actions.rows() == e.steps());
    CATCH_CHECK(e.executed_actions.array().abs().maxCoeff() <= 2.0f);
    CATCH_CHECK(e.extras.bottomRows(e.steps() - 1) == e.actions.topRows(e.steps() - 1));
    for (int t = 0; t < e.steps(); ++t) {
      if (std::abs(e.actions(t, 0)) > 0.5f) continue;  // six standard deviations from the clip
      const double noise = e.executed_actions(t, 0) - e.actions(t, 0);
      sum += noise;
      squares += noise * noise;
      ++n;
    }
    fm::Pendulum env({}, 1);
    fm::StepResult result;
    env.set_states(std::vector{0}, e.states.topRows(1));
    for (int t = 0; t < e.steps(); ++t) env.step(e.executed_actions.row(t), result);
    CATCH_CHECK(env.states().row(0) == e.states.row(e.steps()));
  }
  CATCH_REQUIRE(n > 200);
  CATCH_CHECK(std::abs(sum / n) < 5.0 * 0.25 / std::sqrt(n));
  CATCH_CHECK(std::abs(squares / n / 0.0625 - 1.0) < 5.0 * std::sqrt(2.0 / n));
}

CATCH_TEST_CASE("a teacher's actions are recorded where the student's are executed", "[rollout]") {
  // The student acts from memory, the teacher doubles the sine of the angle.
  class Teacher final : public fm::Policy {
   public:
    void reset(int, std::span<const int>) override {}
    void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
      output.actions = 2.0F * input.observations.col(1);
    }
  };
  const auto alone = pendulum_episodes({.episodes = 6, .block = 4});
  const auto taught =
      pendulum_episodes({.episodes = 6, .label = [] { return std::make_unique<Teacher>(); }, .block = 4});
  for (std::size_t i = 0; i < 6; ++i) {
    const Episode &a = alone[i], &b = taught[i];
    CATCH_CHECK(b.states == a.states);
    CATCH_CHECK(b.executed_actions == a.actions);
    CATCH_CHECK(b.actions == 2.0F * b.observations.topRows(b.steps()).col(1));
  }
}

CATCH_TEST_CASE("goals are spread over levels, or all the same", "[rollout]") {
  const fm::EnvFactory target{fm::PendulumTarget::describe({}), [](int n) {
                                return std::make_unique<fm::PendulumTarget>(fm::PendulumTargetOptions{}, n);
                              }};
  const fm::PolicyFactory any = [] { return std::make_unique<Remembering>(); };
  std::set<double> seen;
  for (const Episode& e : fm::rollout(target, any, {.episodes = 60, .goal_levels = 3})) {
    CATCH_CHECK(e.goals.minCoeff() == e.goals.maxCoeff());
    seen.insert(e.goals(0, 0));
  }
  CATCH_CHECK(seen == std::set<double>{-0.35F, 0.0F, 0.35F});
  for (const Episode& e : fm::rollout(target, any, {.episodes = 3, .goal = {0.5}})) {  // beyond the bounds
    CATCH_CHECK((e.goals.minCoeff() == 0.5 && e.goals.maxCoeff() == 0.5));
  }
  CATCH_CHECK_THROWS_WITH(fm::rollout(target, any, {.episodes = 1, .goal = {0.1, 0.2}}),
                          "eval.goal: has 2 numbers for the goal of environment 'pendulum_target': target (rad)");
  CATCH_CHECK(fm::rollout(target, any, {.episodes = 1, .goal_levels = 1})[0].goals(0, 0) == 0.0F);
  try {
    pendulum_episodes({.episodes = 1, .goal_levels = 2});
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    CATCH_CHECK(std::string(e.what()).find("collect.goal_levels") != std::string::npos);
  }
}

CATCH_TEST_CASE("episodes are bit-identical for any blocks, threads and offset", "[rollout]") {
  const auto reference = pendulum_episodes({.episodes = 12, .action_noise = 0.5, .block = 12});
  const int threads = fm::threads();
  for (const int used : {1, 2, 3}) {
    fm::set_threads(used);
    for (const std::int64_t block : {1, 5, 125}) {
      const auto episodes = pendulum_episodes({.episodes = 12, .action_noise = 0.5, .block = block});
      for (std::size_t i = 0; i < 12; ++i) check_equal(episodes[i], reference[i]);
    }
  }
  fm::set_threads(threads);
  const auto later = pendulum_episodes({.episodes = 4, .first_episode = 7, .action_noise = 0.5});
  for (std::size_t i = 0; i < 4; ++i) check_equal(later[i], reference[7 + i]);
}

CATCH_TEST_CASE("episodes that end early cost only their own steps, bit-identically for any blocks and threads",
                "[rollout]") {
  const fm::EnvFactory env = fm::test::EarlyEndingEnv::factory();
  std::atomic<std::int64_t> rows = 0;
  const fm::PolicyFactory policy = [&] { return std::make_unique<CountedPushes>(rows); };
  const RolloutOptions options{.episodes = 101, .first_episode = 5, .action_noise = 0.1};
  const auto reference = fm::rollout(env, policy, options);
  std::int64_t steps = 0, shortest = 1000, longest = 0;
  for (const Episode& e : reference) {
    steps += e.steps();
    shortest = std::min<std::int64_t>(shortest, e.steps());
    longest = std::max<std::int64_t>(longest, e.steps());
    CATCH_REQUIRE(e.observations(e.steps(), 1) == static_cast<float>(1000 + e.steps()));
    CATCH_REQUIRE((e.terminated.back() != 0) == (e.states(e.steps(), 0) >= static_cast<double>(e.goals(0, 0))));
  }
  CATCH_CHECK((shortest < 6 && longest > 20));
  CATCH_CHECK(rows == steps);  // ended rows are not passed to the policy
  const int threads = fm::threads();
  for (const int used : {1, 2, 3}) {
    fm::set_threads(used);
    for (const std::int64_t block : {1, 7, 64, 500}) {
      RolloutOptions other = options;
      other.block = block;
      const auto episodes = fm::rollout(env, policy, other);
      for (std::size_t i = 0; i < episodes.size(); ++i) check_equal(episodes[i], reference[i]);
    }
  }
  fm::set_threads(threads);
}

CATCH_TEST_CASE("a copy whose episode has ended takes the next one at once", "[rollout]") {
  class CountedCalls final : public fm::Policy {
   public:
    explicit CountedCalls(std::int64_t& calls) : calls_(calls) {}
    void reset(int, std::span<const int>) override {}
    void act(const fm::PolicyInput& input, fm::PolicyOutput& output) override {
      ++calls_;
      output.actions.setZero(input.observations.rows(), 1);
    }

   private:
    std::int64_t& calls_;
  };
  std::int64_t calls = 0;
  const int threads = fm::threads();
  fm::set_threads(1);
  const auto episodes =
      fm::rollout(fm::test::EarlyEndingEnv::factory(), [&] { return std::make_unique<CountedCalls>(calls); },
                  {.episodes = 60, .block = 2});
  fm::set_threads(threads);
  std::int64_t steps = 0, longest = 0;
  for (const Episode& e : episodes) {
    steps += e.steps();
    longest = std::max<std::int64_t>(longest, e.steps());
  }
  CATCH_CHECK(calls >= (steps + 1) / 2);
  CATCH_CHECK(calls <= (steps + 1) / 2 + longest);
}

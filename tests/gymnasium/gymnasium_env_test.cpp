// The bridge, with the Python that FM_PYTHON names: it has Gymnasium and tests/peers/test_envs.py.

#include "libfm/gymnasium/gymnasium_env.hpp"

#include "libfm/core/error.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>

using fm::Matrix;

namespace {

fm::GymnasiumOptions options_for(const char* id, nlohmann::json arguments = nlohmann::json::object()) {
  const char* python = std::getenv("FM_PYTHON");
  CATCH_REQUIRE(python != nullptr);
  return {.id = id, .arguments = {std::move(arguments)}, .python = python};
}

std::unique_ptr<fm::VectorEnv> begun(const fm::EnvFactory& factory, int copies) {
  auto env = factory.make(copies);
  std::vector<int> rows(static_cast<std::size_t>(copies));
  std::iota(rows.begin(), rows.end(), 0);
  env->reset(rows, std::vector<std::uint64_t>(rows.begin(), rows.end()), fm::RandomStream(1, "starts"));
  return env;
}

std::vector<std::string> names_of(const std::vector<fm::Dimension>& dimensions) {
  std::vector<std::string> names;
  for (const fm::Dimension& d : dimensions) names.push_back(d.name);
  return names;
}

/// Steps an environment that fails in its third step.
void play_failing(const char* how, double timeout = 60.0) {
  fm::GymnasiumOptions options = options_for("test_envs:test/Failing-v0", {{"how", how}});
  options.timeout = timeout;
  const auto env = begun(fm::make_gymnasium(options), 3);
  fm::StepResult result;
  for (int i = 0; i < 4; ++i) env->step(Matrix::Zero(3, 1), result);
}

std::string refusal(const fm::GymnasiumOptions& options) {
  return error_of<fm::InputError>([&] { fm::make_gymnasium(options); });
}

}  // namespace

CATCH_TEST_CASE("Gymnasium's pendulum is ours", "[.gymnasium]") {
  const fm::EnvFactory factory = fm::make_gymnasium(options_for("Pendulum-v1"));
  CATCH_CHECK((factory.spec.horizon == 200 && factory.spec.time_step == 0.05));
  CATCH_CHECK((factory.spec.actions.size() == 1 && factory.spec.actions[0].high == 2.0));
  const auto theirs = begun(factory, 5);
  const auto ours = fm::make_env({.name = "pendulum"}).make(5);
  Matrix states(5, 2);
  for (int i = 0; i < 5; ++i) {
    const auto seen = theirs->observations().row(i);
    states.row(i) << std::atan2(seen[1], seen[0]), seen[2];
  }
  ours->set_states(std::vector{0, 1, 2, 3, 4}, states);
  fm::StepResult of_theirs, of_ours;
  for (int step = 0; step < 200; ++step) {
    Matrix actions(5, 1);
    for (int i = 0; i < 5; ++i) actions(i, 0) = 3.0 * std::sin(0.1 * step + i);  // clipped to 2
    theirs->step(actions, of_theirs);
    ours->step(actions, of_ours);
    if (step < 20) CATCH_CHECK((theirs->observations() - ours->observations()).cwiseAbs().maxCoeff() < 1e-4);
    if (step < 20) CATCH_CHECK((of_theirs.rewards - of_ours.rewards).cwiseAbs().maxCoeff() < 1e-3);
    CATCH_CHECK(of_theirs.truncated == of_ours.truncated);
  }
  CATCH_CHECK(of_theirs.truncated == std::vector<std::uint8_t>(5, 1));
}

CATCH_TEST_CASE("spaces are flattened with names, and actions put together again", "[.gymnasium]") {
  const auto env = begun(fm::make_gymnasium(options_for("test_envs:test/Spaces-v0")), 1);
  const fm::EnvSpec& spec = env->spec();
  CATCH_CHECK(names_of(spec.actions) == std::vector<std::string>{"mode is -1", "mode is 0", "mode is 1", "push 0 0",
                                                                 "push 0 1", "push 1 0", "push 1 1"});
  CATCH_CHECK(names_of(spec.observations) == std::vector<std::string>{"count", "mode is -1", "mode is 0", "mode is 1",
                                                                      "on 0", "on 1", "push 0", "push 1"});
  CATCH_CHECK((spec.observations[0].high == 1000.0 && spec.observations[6].low == -9.0));
  Matrix action(1, 7), expected(1, 8);
  action << 0.1, 0.2, 0.9, 0.25, -7.0, 0.0, 1.0;
  expected << 1, 0, 0, 1, 0, 1, 0.25, -1.0;
  fm::StepResult result;
  env->step(action, result);
  CATCH_CHECK(env->observations() == expected);
  CATCH_CHECK(result.rewards[0] == 1.0);
}

CATCH_TEST_CASE("desired goals are goals, and is_success is the success", "[.gymnasium]") {
  const fm::EnvFactory factory = fm::make_gymnasium(options_for("test_envs:test/Reach-v0"));
  CATCH_CHECK(names_of(factory.spec.observations) ==
              std::vector<std::string>{"achieved_goal 0", "observation 0", "observation 1"});
  CATCH_CHECK(names_of(factory.spec.goals) == std::vector<std::string>{"goal 0"});
  struct Approach final : fm::Policy {
    void reset(int, std::span<const int>) override {}
    void act(const fm::PolicyInput& in, fm::PolicyOutput& out) override {
      out.actions = (in.goals - in.observations.leftCols(1)).cwiseMax(-0.5).cwiseMin(0.5);
    }
  };
  const auto approach = [] { return std::make_unique<Approach>(); };
  for (const fm::Episode& episode : fm::rollout(factory, approach, {.episodes = 20})) {
    CATCH_CHECK(episode.success);
    CATCH_CHECK((episode.terminated.back() == 1 && episode.steps() <= 5));
    CATCH_CHECK(std::abs(episode.observations(episode.steps(), 0) - episode.goals(0, 0)) < 0.05);
  }
  const fm::PolicyFactory still = [&] { return std::make_unique<fm::ZeroPolicy>(factory.spec.actions); };
  const auto episodes = fm::rollout(factory, still, {.episodes = 10});
  const auto again = fm::rollout(factory, still, {.episodes = 10, .block = 2});
  for (std::size_t i = 0; i < episodes.size(); ++i) {  // some begin at their goal
    CATCH_CHECK(episodes[i].steps() == (episodes[i].success ? 1 : 40));
    CATCH_CHECK(episodes[i].truncated.back() == !episodes[i].success);
    CATCH_CHECK(episodes[i].observations == again[i].observations);  // by the episode's seed
  }
  CATCH_CHECK(episodes[0].observations != episodes[1].observations);
  CATCH_CHECK(
      contains(error_of<fm::InputError>([&] { factory.make(1)->set_goals(std::vector{0}, Matrix::Zero(1, 1)); }),
               "goals cannot be set"));
}

CATCH_TEST_CASE("a worker that fails gives its traceback, its end or what it printed", "[.gymnasium]") {
  const std::string raised = error_of<fm::InputError>([] { play_failing("raise"); });
  CATCH_CHECK(contains(raised, "'test_envs:test/Failing-v0' failed: Traceback"));
  CATCH_CHECK(contains(raised, "ValueError: the gripper is stuck"));
  CATCH_CHECK(contains(error_of<fm::MachineError>([] { play_failing("die"); }), "was killed by signal 11"));
  const std::string ended = error_of<fm::MachineError>([] { play_failing("exit"); });
  CATCH_CHECK(contains(ended, "ended with exit code 3"));
  CATCH_CHECK(contains(ended, "It printed:\nout of licences"));
  CATCH_CHECK(contains(error_of<fm::MachineError>([] { play_failing("hang", 8.0); }), "no answer for 8 s"));
  CATCH_CHECK(contains(error_of<fm::InputError>([] { play_failing("nan observation"); }),
                       "the observation 'observation 0' is nan"));
  CATCH_CHECK(contains(error_of<fm::InputError>([] { play_failing("nan reward"); }), "the reward is nan"));
  play_failing("print");
}

CATCH_TEST_CASE("copies are closed when the environment ends, and when its description is known", "[.gymnasium]") {
  const TemporaryFolder folder;
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator());
  };
  const fm::EnvFactory factory =
      fm::make_gymnasium(options_for("test_envs:test/Closing-v0", {{"folder", folder.path().string()}}));
  CATCH_CHECK(files() == 0);
  auto env = begun(factory, 3);
  CATCH_CHECK(files() == 3);
  env.reset();
  CATCH_CHECK(files() == 0);
}

CATCH_TEST_CASE("an environment that cannot be used is refused with its reason", "[.gymnasium]") {
  CATCH_CHECK(contains(refusal(options_for("Hopper-v99")), "VersionNotFound"));
  CATCH_CHECK(contains(refusal(options_for("no_such_module:X-v0")), "No module named 'no_such_module'"));
  CATCH_CHECK(contains(refusal(options_for("test_envs:test/Failing-v0", {{"how", "construction"}})), "no such robot"));
  CATCH_CHECK(contains(refusal(options_for("Pendulum-v1", {{"gravity", 1.0}})), "unexpected keyword argument"));
  CATCH_CHECK(contains(refusal(options_for("test_envs:test/Words-v0")), "a space of type Text is not supported"));
  CATCH_CHECK(contains(refusal(options_for("test_envs:test/Picture-v0")), "images are not supported"));
  CATCH_CHECK(contains(refusal(options_for("test_envs:test/Endless-v0")), "set env.gymnasium.horizon"));
  fm::GymnasiumOptions options = options_for("Pendulum-v1");
  options.python = "/no/such/python";
  CATCH_CHECK(contains(refusal(options), "'/no/such/python' cannot be started: No such file"));
  options.python = "/bin/false";
  CATCH_CHECK_THROWS_AS(fm::make_gymnasium(options), fm::MachineError);
}

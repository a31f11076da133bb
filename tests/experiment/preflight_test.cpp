#include "libfm/experiment/preflight.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/training.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

#include <fstream>

namespace {

using Settings = std::vector<std::string>;

fm::PolicyDescription untrained_policy(const fm::Experiment& e) {
  return fm::describe_untrained(e, fm::make_env(e.env).spec);
}

/// A policy of these settings, in a file.
std::string in_file(const TemporaryFolder& folder, const std::string& name, const Settings& settings) {
  const auto file = folder / (name + ".safetensors");
  fm::test::write_untrained(file, untrained_policy(fm::test::tiny_experiment(folder / "runs", settings)));
  return file.string();
}

/// What preflight says to these settings, which alone are no mistake.
std::string refusal_of(const TemporaryFolder& folder, const Settings& settings) {
  const fm::Experiment e = fm::test::tiny_experiment(folder / "runs", settings);
  CATCH_INFO(settings.front());
  return error_of<fm::InputError>([&] { fm::preflight(e); });
}

}  // namespace

CATCH_TEST_CASE("what no single field can tell is refused where an experiment is read", "[experiment]") {
  const std::vector<std::pair<std::string, Settings>> refused = {
      {"sampler.executed", {"policy.horizon.prediction=2", "sampler.executed=3"}},
      {"sampler.delay", {"policy.horizon.prediction=4", "sampler.executed=2", "sampler.delay=3"}},
      {"sampler.prefix", {"policy.horizon.prediction=4", "sampler.prefix=trained"}},
      {"policy.horizon.largest_delay", {"policy.horizon.largest_delay=1", "collect.noise=0"}},
      {"env.gymnasium.first_seed", {"env.name=gymnasium", "env.gymnasium.id=Some-v0", "env.gymnasium.first_seed=0"}},
      {"policy.horizon.largest_delay",
       {"policy.horizon.largest_delay=1", "policy.horizon.prediction=2", "collect.noise=1"}},
      {"name", {"name=../elsewhere"}},
      {"env.name", {"env.name=none"}},
      {"collect.goal_levels", {"collect.goal_levels=3"}},
      {"eval.goal", {"eval.goal=[0.1]"}},
      {"eval.goal", {"env.name=pendulum_target", "expert.name=target_lqr", "eval.goal=[0.1, 0.2]"}},
      {"eval.goal", {"env.name=pendulum_target", "expert.name=target_lqr", "eval.goal=[1e300]"}},
      {"eval.grid", {"eval.grid={eval.goal: [[0.1]], eval.seed: [1]}"}},
      {"collect.uniform_states", {"collect.uniform_states=5", "policy.horizon.prediction=2"}},
      {"collect.rounds", {"collect.rounds=1", "data.files=[mine.h5]"}},
      {"policy.teacher", {"policy.name=one_step"}},
      {"policy.hidden", {"policy.hidden=[speed]"}},
      {"policy.relative", {"policy.relative={torque: speed}"}},
      {"policy.relative", {"policy.relative={torque: omega}"}},  // rad/s
      {"policy.shortcut.finest", {"policy.shortcut.finest=12"}},
      {"policy.diffusion.clip", {"policy.name=diffusion", "policy.normaliser=z_score"}},
      {"network.name", {"policy.name=normalising_flow", "network.name=gru"}},
      {"network.time_embedding", {"network.time_embedding=5"}},
      {"network.mlp.hidden", {"network.mlp.hidden=[]"}},
      {"data.weights", {"data.files=[a.h5, b.h5]", "data.weights=[1]"}},
      {"collect.episodes", {"collect.episodes=0"}}};
  const TemporaryFolder folder;
  for (const auto& [key, settings] : refused) {
    CATCH_INFO(key);
    CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::test::tiny_experiment(folder.path(), settings); }), key));
  }
}

CATCH_TEST_CASE("paths in an experiment are those of where it was read", "[experiment]") {
  const fm::Experiment e = fm::test::tiny_experiment(
      "runs", {"data.files=[a/../mine.h5]", "train.init=other/run", "policy.name=reflow", "policy.teacher=t.yaml"});
  const auto here = std::filesystem::current_path();
  CATCH_CHECK(e.data.files == Settings{(here / "mine.h5").string()});
  CATCH_CHECK(e.train.init == (here / "other/run").string());
  CATCH_CHECK(e.policy.teacher == (here / "t.yaml").string());
}

CATCH_TEST_CASE("the defaults can begin, and their preflight makes nothing", "[preflight]") {
  const TemporaryFolder folder;
  const std::vector<std::string> runs = {"runs=" + (folder / "runs").string()};
  fm::preflight(fm::default_experiment(runs));
  for (const char* env : {"two_modes", "toy_2d"}) {
    fm::preflight(fm::test::tiny_experiment(folder / "runs",
                                            {"env.name=" + std::string(env), "expert.name=" + std::string(env)}));
  }
  CATCH_CHECK(std::filesystem::is_empty(folder.path()));
}

CATCH_TEST_CASE("preflight refuses what cannot be begun or evaluated, and names the key", "[preflight]") {
  const TemporaryFolder folder;
  const Settings target = {"env.name=pendulum_target", "expert.name=target_lqr"};
  const std::vector<std::pair<std::string, Settings>> refused = {
      {"expert.name", {"expert.name=target_lqr"}},
      {"expert.name", {"env.name=toy_2d"}},
      {"data.files", {"data.files=[" + (folder / "absent.h5").string() + "]"}},
      {"train.init", {"train.init=" + (folder / "absent").string()}},
      {"policy.teacher", {"policy.name=one_step", "policy.teacher=" + (folder / "absent").string()}},
      {"sampler.guidance", {"sampler.guidance=2"}},
      {"sampler.engine", {"sampler.engine=realtime", "network.name=transformer"}},
      {"sampler.engine", {"sampler.engine=realtime", "policy.name=gaussian"}},
      {"sampler.solver", {"sampler.engine=realtime_bfloat16", "sampler.solver=dopri5"}},
      {"sampler.warm_start", {"policy.name=mse", "sampler.warm_start=0.5"}},
      {"sampler.solver", {"policy.name=mse", "sampler.solver=euler_maruyama"}},
      {"sampler.prefix", {"policy.name=mse", "sampler.prefix=guided"}},
      {"sampler.prefix", {"sampler.prefix=guided", "sampler.solver=euler_maruyama"}},
      {"sampler.prefix", {"sampler.prefix=guided", "sampler.engine=realtime"}},
      {"sampler.rate_limit", {"sampler.rate_limit=[1, 2]"}},
      {"eval.goal: env.pendulum_spin", {"env.name=pendulum_spin", "expert.name=spin_energy", "eval.goal=[0.1]"}},
      {"policy.horizon.largest_delay",
       {"policy.name=mean_flow", "policy.horizon.prediction=2", "policy.horizon.largest_delay=1", "collect.noise=0"}},
      {"policy.horizon.largest_delay",
       {"policy.flow.path=variance_exploding", "policy.horizon.prediction=2", "policy.horizon.largest_delay=1",
        "collect.noise=0"}},
      {"sampler.delay", {"eval.grid={sampler.delay: [0, 2]}", "policy.horizon.prediction=2"}},
      {"eval.log_probability", {"policy.name=mse", "eval.log_probability=true"}},
      {"eval.log_probability", {"eval.log_probability=true", "sampler.temperature=0"}},
      // The settings themselves are possible, a point of the grid is not.
      {"sampler.executed", {"eval.grid={sampler.executed: [1, 4]}", "policy.horizon.prediction=2"}},
      {"sampler.guidance", {"eval.grid={sampler.steps: [1, 2], sampler.guidance: [1, 2]}"}},
      {"sampler.engine", {"eval.grid={sampler.engine: [libtorch, realtime]}", "network.name=gru"}}};
  for (const auto& [key, settings] : refused) {
    CATCH_INFO(key);
    CATCH_CHECK(contains(refusal_of(folder, settings), key));
  }
  CATCH_CHECK(std::filesystem::is_empty(folder.path()));
  fm::preflight(fm::test::tiny_experiment(
      folder / "runs", {"env.name=pendulum_target", "expert.name=target_lqr", "sampler.guidance=2"}));
}

CATCH_TEST_CASE("a teacher must be of the same task and have something to teach", "[preflight]") {
  const TemporaryFolder folder;
  const auto student = [](const std::string& teacher, const Settings& more = {}) {
    Settings all = {"policy.name=one_step", "policy.teacher=" + teacher};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const std::string flow = in_file(folder, "flow", {"sampler.temperature=0.5"});
  const std::string mse = in_file(folder, "mse", {"policy.name=mse"});
  const std::string chunks = in_file(folder, "chunks", {"policy.horizon.prediction=2"});
  const std::string target = in_file(folder, "target", {"env.name=pendulum_target", "expert.name=target_lqr"});
  fm::preflight(fm::test::tiny_experiment(folder / "runs", student(flow, {"sampler.temperature=0.5"})));
  CATCH_CHECK(contains(refusal_of(folder, student(flow)), "sampler.temperature"));
  for (const std::string& unfit : {mse, chunks, target}) {
    CATCH_CHECK(contains(refusal_of(folder, student(unfit)), "policy.teacher"));
  }
  for (const std::string& other : {chunks, target}) {
    CATCH_CHECK(contains(refusal_of(folder, student(other)), other));  // by its file
  }
}

CATCH_TEST_CASE("initial weights must fit the network and what it learns", "[preflight]") {
  const TemporaryFolder folder;
  const std::string init = in_file(folder, "init", {});
  const std::string key = "train.init";
  fm::preflight(fm::test::tiny_experiment(folder / "runs", {key + "=" + init, "sampler.steps=9", "seed=4"}));
  for (const char* other :
       {"network.mlp.hidden=[9]", "network.time_embedding=6", "policy.flow.target=data", "policy.flow.path=cosine",
        "policy.name=mse", "policy.horizon.observations=2", "policy.relative={torque: cos_theta}"}) {
    CATCH_CHECK(contains(refusal_of(folder, {other, key + "=" + init}), key));
  }
}

CATCH_TEST_CASE("checking an evaluation changes nothing in the policy", "[preflight]") {
  const TemporaryFolder folder;
  const fm::Experiment trained = fm::test::tiny_experiment(folder.path());
  const auto model = fm::make_policy_model(untrained_policy(trained), {0, "init"});
  const auto before = fm::options_to_json(model->description().sampler);
  const fm::Experiment other = fm::test::tiny_experiment(
      folder.path(), {"sampler.steps=9", "sampler.solver=heun", "eval.grid={sampler.temperature: [0.5, 1]}"});
  fm::check_evaluation(other, *model);
  CATCH_CHECK(fm::options_to_json(model->description().sampler) == before);
  CATCH_CHECK(fm::options_to_json(other.sampler) != before);
  const fm::Experiment impossible = fm::test::tiny_experiment(folder.path(), {"sampler.guidance=3"});
  CATCH_CHECK_THROWS_AS(fm::check_evaluation(impossible, *model), fm::InputError);
  CATCH_CHECK(fm::options_to_json(model->description().sampler) == before);
}

CATCH_TEST_CASE("experiments with the same data have it read once", "[preflight]") {
  const TemporaryFolder folder;
  const fm::Experiment collecting = fm::test::tiny_experiment(folder / "runs");
  const std::filesystem::path file = folder / "mine.h5";
  std::filesystem::copy_file(fm::collect(collecting), file);
  const auto variant = [&](const std::string& setting) {
    return fm::test::tiny_experiment(folder / "runs", {"data.files=[" + file.string() + "]", setting});
  };
  fm::CheckedData known;
  fm::preflight(variant("seed=1"), false, known);
  std::ofstream(file) << "no longer data";
  fm::preflight(variant("train.learning_rate=0.5"), false, known);
  CATCH_CHECK(known.size() == 1);
  for (const char* setting :
       {"data.short_episodes=leave_out", "env.pendulum.horizon=21", "policy.horizon.prediction=2"}) {
    CATCH_CHECK_THROWS_AS(fm::preflight(variant(setting), false, known), fm::InputError);
  }
}

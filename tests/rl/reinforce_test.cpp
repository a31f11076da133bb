#include "libfm/rl/reinforce.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/safetensors.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/task/environments.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/cuda.hpp"
#include "tests/env/early_ending_env.hpp"
#include "tests/rl/bandit.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>

namespace {

fm::ReinforcementJob job_in(const std::filesystem::path& directory, const fm::EnvFactory& env,
                            const std::string& policy) {
  fm::PolicyDescription d{.spec = env.spec};
  d.policy.name = policy;
  d.network = {.mlp = {{32, 32}}, .time_embedding = 8};
  d.sampler = {.solver = "euler", .steps = 4};
  return {.description = fm::normalised_by_bounds(d),
          .env = env,
          .seed = 3,
          .directory = directory,
          .rollout = [env](std::shared_ptr<const fm::PolicyModel> model) {
            const auto make = [&] { return std::make_unique<fm::ModelPolicy>(model, fm::RandomStream(1, "noise")); };
            const std::vector<double> returns = fm::returns_of(fm::rollout(env, make, {.episodes = 100}));
            return fm::PairedReturns{returns, std::vector<double>(returns.size(), 0.0)};
          }};
}

fm::RlOptions quick(const std::string& algorithm) {
  fm::RlOptions options;
  options.name = algorithm;
  options.copies = 16;
  options.segment = 32;
  options.steps = 5 * 512;
  options.epochs = 2;
  options.minibatches = 4;
  options.evaluate_every = 2;
  options.critic.hidden = {32};
  return options;
}

std::string bytes(const std::filesystem::path& file) { return fm::read_file(file, 1 << 24); }

/// Of the first iteration.
double first_value_loss(const std::filesystem::path& directory) {
  std::ifstream file(directory / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    if (const auto json = nlohmann::json::parse(line); json.contains("value_loss")) return json["value_loss"];
  }
  return 0.0;
}

/// Episodes end within a run.
fm::EnvFactory pendulum() { return fm::make_env({.pendulum = {.horizon = 60}}); }

constexpr std::pair<const char*, const char*> trained_policies[] = {
    {"ppo", "mse"}, {"reinflow", "flow"}, {"fpo", "flow"}};

}  // namespace

CATCH_TEST_CASE("interrupted and resumed reinforcement ends with the same bytes", "[reinforce]") {
  for (const auto& [algorithm, policy] : trained_policies) {
    CATCH_INFO(algorithm);
    fm::note_signals();
    const TemporaryFolder whole, stopped;
    fm::RlOptions options = quick(algorithm);
    options.schedule = "kl";
    fm::reinforce(options, job_in(whole.path(), pendulum(), policy));
    for (const int call : {1, 2, 1}) {  // a signal in an evaluation, the first of which is before the first step
      fm::ReinforcementJob job = job_in(stopped.path(), pendulum(), policy);
      int calls = 0;
      const fm::RolloutScore score = job.rollout;
      job.rollout = [&](std::shared_ptr<const fm::PolicyModel> model) {
        if (++calls == call) std::raise(SIGTERM);
        const int signal = fm::noted_signal();
        fm::note_signals();  // the rollout itself would stop
        const fm::PairedReturns returns = score(model);
        if (signal != 0) std::raise(signal);
        return returns;
      };
      CATCH_CHECK_THROWS_AS(fm::reinforce(options, job), fm::Interrupted);
      fm::note_signals();
    }
    fm::reinforce(options, job_in(stopped.path(), pendulum(), policy));
    for (const char* name : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
      CATCH_CHECK(bytes(stopped.path() / name) == bytes(whole.path() / name));
    }
  }
}

CATCH_TEST_CASE("every algorithm climbs to the higher one of two peaks", "[reinforce]") {
  for (const auto& [algorithm, policy] : trained_policies) {
    CATCH_INFO(algorithm);
    const TemporaryFolder folder;
    fm::RlOptions options = quick(algorithm);
    options.steps = 80 * 512;
    options.epochs = 4;
    options.learning_rate = 2e-3;
    options.evaluate_every = 20;
    if (options.name == "fpo") options.clip = 0.05;
    const fm::ReinforcementJob job = job_in(folder.path(), fm::test::Bandit::factory(), policy);
    fm::reinforce(options, job);
    const auto trained = fm::load_policy(folder.path() / "checkpoints" / "best.safetensors", at::kCPU);
    const std::vector<double> returns = job.rollout(trained).policy;
    double mean = 0.0;
    for (const double value : returns) mean += value / static_cast<double>(returns.size());
    CATCH_CHECK(mean > 0.9);  // the lower peak has 0.6
  }
}

CATCH_TEST_CASE("every algorithm trains on CUDA as on the CPU, and twice the same", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  for (const auto& [algorithm, policy] : trained_policies) {
    CATCH_INFO(algorithm);
    const TemporaryFolder cpu, cuda, again;
    for (const auto& [folder, where] :
         {std::pair(&cpu, c10::Device(at::kCPU)), std::pair(&cuda, *device), std::pair(&again, *device)}) {
      fm::ReinforcementJob job = job_in(folder->path(), pendulum(), policy);
      job.device = where;
      fm::reinforce(quick(algorithm), job);
    }
    const double expected = first_value_loss(cpu.path()), found = first_value_loss(cuda.path());
    CATCH_CHECK(std::abs(found / expected - 1.0) < 1e-2);
    const auto last = [](const TemporaryFolder& folder) {
      return bytes(folder.path() / "checkpoints/last.safetensors");
    };
    CATCH_CHECK(last(cuda) == last(again));
  }
}

CATCH_TEST_CASE("a checkpoint has the running normaliser, and fresh weights are needed for it", "[reinforce]") {
  const TemporaryFolder fresh, further;
  fm::reinforce(quick("ppo"), job_in(fresh.path(), fm::test::Bandit::factory(), "mse"));
  const auto first = fm::load_policy(fresh.path() / "checkpoints" / "last.safetensors", at::kCPU);
  CATCH_CHECK(first->description().observations.scale[0] == 0.01);  // the observation is constant
  fm::ReinforcementJob job = job_in(further.path(), fm::test::Bandit::factory(), "mse");
  job.initial_weights = first;
  fm::reinforce(quick("ppo"), job);
  const auto second = fm::load_policy(further.path() / "checkpoints" / "last.safetensors", at::kCPU);
  CATCH_CHECK(second->description().observations == fm::identity_normalisation(1));
}

CATCH_TEST_CASE("training stops at the return that is wanted", "[reinforce]") {
  const TemporaryFolder folder;
  fm::RlOptions options = quick("ppo");
  options.target_return = -1e9;
  fm::reinforce(options, job_in(folder.path(), pendulum(), "mse"));
  const std::string metrics = bytes(folder.path() / "metrics.jsonl");
  CATCH_CHECK(std::ranges::count(metrics, '\n') == 1);  // the evaluation before the first step
}

CATCH_TEST_CASE("a return that is wanted later is trained for", "[reinforce]") {
  const TemporaryFolder folder;
  fm::RlOptions options = quick("ppo");
  options.target_return = -1e9;
  fm::reinforce(options, job_in(folder.path(), pendulum(), "mse"));
  options.target_return = 1e9;
  fm::reinforce(options, job_in(folder.path(), pendulum(), "mse"));
  const std::string metrics = bytes(folder.path() / "metrics.jsonl");
  CATCH_CHECK(std::ranges::count(metrics, '\n') == 6);
}

CATCH_TEST_CASE("a checkpoint that does not fit is refused, whatever it holds", "[reinforce]") {
  const TemporaryFolder folder;
  const std::filesystem::path last = folder.path() / "checkpoints" / "last.safetensors";
  fm::RlOptions options = quick("ppo");
  fm::reinforce(options, job_in(folder.path(), pendulum(), "mse"));
  const fm::SafeTensors whole = fm::read_safetensors(last);
  options.steps *= 2;
  const auto error = [&](const auto& change) {
    fm::SafeTensors changed = whole;
    change(changed);
    fm::write_safetensors(last, changed);
    return error_of<fm::InputError>([&] { fm::reinforce(options, job_in(folder.path(), pendulum(), "mse")); });
  };
  const auto replaced = [](fm::SafeTensors& content, const std::string& name, std::vector<std::int64_t> shape,
                           double x) {
    std::int64_t size = 1;
    for (const std::int64_t n : shape) size *= n;
    const std::vector<double> values(static_cast<std::size_t>(size), x);
    for (fm::SafeTensor& tensor : content.tensors) {
      if (tensor.name == name) tensor = fm::make_safe_tensor<double>(name, shape, values);
    }
  };
  const auto in_state = [](fm::SafeTensors& content, const char* key, const nlohmann::json& value) {
    nlohmann::json state = nlohmann::json::parse(content.metadata["reinforcement"]);
    state[key] = value;
    content.metadata["reinforcement"] = state.dump();
  };
  for (const double x : {1e5, -1.0, 0.5, std::nan("")}) {
    CATCH_CHECK(contains(error([&](auto& c) {
                           replaced(c, "collection.episodes", {16, 2}, x);
                         }),
                         "collection.episodes"));
  }
  CATCH_CHECK(contains(error([&](auto& c) {
                         replaced(c, "collection.actions", {16 * 400, 1}, 0.0);
                         replaced(c, "collection.episodes", {16, 2}, 400.0);
                       }),
                       "do not fit"));
  CATCH_CHECK(contains(error([&](auto& c) { replaced(c, "collection.actions", {6400, 2}, 0.0); }), "do not fit"));
  CATCH_CHECK(contains(error([&](auto& c) { replaced(c, "collection.observations", {15, 3}, 0.0); }), "do not fit"));
  CATCH_CHECK(contains(error([&](auto& c) { replaced(c, "collection.observations", {16, 3}, 0.0); }), "deterministic"));
  CATCH_CHECK(contains(error([&](auto& c) { in_state(c, "best", std::vector<double>(101, 0.0)); }), "101 episodes"));
  CATCH_CHECK(contains(error([&](auto& c) { in_state(c, "iteration", -1); }), "iteration"));
  CATCH_CHECK(contains(error([&](auto& c) { in_state(c, "reward_scale", std::vector<double>(3, 0.0)); }), "rl.copies"));
  CATCH_CHECK(contains(error([&](auto& c) { c.metadata["reinforcement"] = "[[["; }), "malformed"));
}

CATCH_TEST_CASE("a loss that is not finite is an error that names iteration and steps", "[reinforce]") {
  const TemporaryFolder folder;
  fm::RlOptions options = quick("ppo");
  options.critic.learning_rate = 1e30;
  options.normalise_rewards = false;
  const std::string error =
      error_of<fm::InputError>([&] { fm::reinforce(options, job_in(folder.path(), pendulum(), "mse")); });
  CATCH_CHECK(contains(error, "rl: the loss is not finite"));
  CATCH_CHECK(contains(error, "steps"));
}

CATCH_TEST_CASE("weights that the last update of an iteration breaks are found before they are saved", "[reinforce]") {
  const TemporaryFolder folder;
  fm::RlOptions options = quick("ppo");
  options.critic.learning_rate = 1e39;  // infinite in float32
  options.epochs = options.minibatches = 1;
  fm::ReinforcementJob job = job_in(folder.path(), pendulum(), "mse");
  job.checkpoint_seconds = 0.0;
  const std::string error = error_of<fm::InputError>([&] { fm::reinforce(options, job); });
  CATCH_CHECK(contains(error, "weights are not finite"));
  CATCH_CHECK(contains(error, "last.safetensors was saved before it"));
  options.critic.learning_rate = 1e-3;
  fm::reinforce(options, job);  // goes on from it
}

CATCH_TEST_CASE("best.safetensors is the last policy that is not clearly below the highest scores", "[reinforce]") {
  const TemporaryFolder folder;
  fm::RlOptions options = quick("ppo");
  options.evaluate_every = 1;
  fm::ReinforcementJob job = job_in(folder.path(), pendulum(), "mse");
  // Each evaluation is a little worse than the one before, and half of the scores are 4 above the mean, half below.
  const std::vector<double> means = {0.0, 10.0, 9.0, 8.0, 7.0, 6.0};
  std::size_t evaluation = 0;
  job.rollout = [&](const std::shared_ptr<const fm::PolicyModel>&) {
    std::vector<double> returns(16);
    for (std::size_t i = 0; i < returns.size(); ++i) {
      returns[i] = means[evaluation] + ((i + evaluation) % 2 == 0 ? 4.0 : -4.0);
    }
    ++evaluation;
    return fm::PairedReturns{returns, std::vector<double>(returns.size(), 0.0)};
  };
  fm::reinforce(options, job);
  const nlohmann::json state = nlohmann::json::parse(
      fm::read_safetensors(folder.path() / "checkpoints/last.safetensors").metadata.at("reinforcement"));
  // The differences to the highest have a deviation of 8 or 0: 3 below is within 1.96 * 8 / 4, or clearly below.
  CATCH_CHECK(state["best_iteration"] == 4);
  CATCH_CHECK(state["best"][0] == 6.0);
}

CATCH_TEST_CASE("a checkpoint of other options is refused", "[reinforce]") {
  const TemporaryFolder folder;
  fm::reinforce(quick("ppo"), job_in(folder.path(), pendulum(), "mse"));
  fm::RlOptions other = quick("ppo");
  other.copies = 8;
  CATCH_CHECK(contains(
      error_of<fm::InputError>([&] { fm::reinforce(other, job_in(folder.path(), pendulum(), "mse")); }), "rl.copies"));
}

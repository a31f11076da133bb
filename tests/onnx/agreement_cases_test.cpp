// Writes policies of every kind as checkpoints and as ONNX files, with LibTorch's and the C library's actions for drawn
// observations, goals and noise, into the folder FM_CASES. tests/peers/test_agreement.py compares them.

#include "libfm/core/atomic_file.hpp"
#include "libfm/flow_math/butcher_tableau.hpp"
#include "libfm/onnx/export.hpp"
#include "libfm/realtime/policy.h"

#include "tests/catch.hpp"
#include "tests/onnx/random_policies.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace {

constexpr int rows = 4;

using Change = std::function<void(fm::PolicyDescription&)>;

struct Drawn {
  at::Tensor observations, goals, noise;
};

/// @param noises samples, with that of sampler.action_noise
Drawn draw(const fm::PolicyDescription& d, std::int64_t noises) {
  fm::Draws draws = fm::RandomStream(5, "cases").at(0);
  const auto tensor = [&](std::vector<std::int64_t> shape) {
    std::int64_t size = 1;
    for (const std::int64_t each : shape) size *= each;
    std::vector<float> numbers(static_cast<std::size_t>(size));
    for (float& number : numbers) number = static_cast<float>(draws.normal());
    return at::tensor(numbers).view(shape);
  };
  const std::int64_t horizon = d.policy.horizon.prediction, actions = std::ssize(d.spec.actions);
  return {tensor({rows, d.policy.horizon.observations, std::ssize(d.spec.observations)}),
          tensor({rows, std::ssize(d.spec.goals)}), tensor({rows, noises, horizon, actions})};
}

/// (rows, H, A)
at::Tensor libtorch_actions(const fm::PolicyModel& model, const Drawn& in) {
  const at::NoGradGuard no_grad;
  const double action_noise = model.description().sampler.action_noise;
  const fm::Condition condition = model.condition(in.observations.to(at::kDouble), in.goals.to(at::kDouble));
  const at::Tensor noise = in.noise.to(model.parameters().front().options());
  at::Tensor actions = model.sample(condition, noise.slice(1, 0, model.noises()));
  if (action_noise > 0.0) actions = actions + action_noise * noise.select(1, model.noises());
  const at::Tensor seen = in.observations.select(1, -1).to(at::kDouble);
  return model.executable(actions, model.references(seen).unsqueeze(1));
}

/// (rows, H, A) of the C interface, whose history is filled step by step and whose predictions are executed to their end;
/// undefined if it does not run the policy.
at::Tensor library_actions(const fm::PolicyDescription& d, const std::filesystem::path& checkpoint, const Drawn& in) {
  fm_policy* policy = fm_policy_open(checkpoint.c_str(), nullptr, nullptr, 0);
  if (policy == nullptr) return {};
  const std::int64_t history = d.policy.horizon.observations, horizon = d.policy.horizon.prediction;
  at::Tensor actions = at::zeros({rows, horizon, std::ssize(d.spec.actions)}, at::kDouble);
  const at::Tensor observations = in.observations.to(at::kDouble).contiguous(),
                   goals = in.goals.to(at::kDouble).contiguous(),
                   noise = in.noise.flatten(1).to(at::kDouble).contiguous();
  CATCH_REQUIRE(fm_policy_noise_size(policy) == noise.size(1));
  for (int i = 0; i < rows; ++i) {
    fm_policy_reset(policy, 0);
    const auto act = [&](std::int64_t seen, double* action) {
      const at::Tensor observation = observations[i][seen], goal = goals[i], of_row = noise[i];
      CATCH_REQUIRE(fm_policy_act(policy, observation.data_ptr<double>(), goal.data_ptr<double>(),
                                  of_row.data_ptr<double>(), action) == 0);
    };
    double unused[8];
    // The history is complete when the next prediction is due.
    for (std::int64_t step = 0; step < horizon; ++step)
      act(std::max<std::int64_t>(0, step - horizon + history - 1), unused);
    for (std::int64_t step = 0; step < horizon; ++step) act(history - 1, actions[i][step].data_ptr<double>());
  }
  fm_policy_close(policy);
  return actions;
}

void write_case(const std::string& name, const fm::PolicyDescription& d, at::ScalarType type = at::kFloat) {
  CATCH_INFO(name);
  const std::filesystem::path folder = std::getenv("FM_CASES");
  std::filesystem::create_directories(folder);
  const auto model = fm::test::random_model(d);
  model->to(type);
  const fm::SafeTensors content = fm::describe_checkpoint(*model, nullptr);
  const auto checkpoint = folder / (name + ".safetensors");
  fm::write_safetensors(checkpoint, content);
  fm::write_file_atomically(folder / (name + ".onnx"), fm::onnx_model(content, name));
  const Drawn in = draw(d, model->noises() + (d.sampler.action_noise > 0.0 ? 1 : 0));
  fm::SafeTensors numbers;
  const auto add = [&](const char* what, const at::Tensor& tensor) {
    numbers.tensors.push_back(fm::to_safe_tensor(what, tensor));
  };
  add("observation", in.observations);
  add("goal", in.goals);
  add("noise", in.noise);
  add("libtorch", libtorch_actions(*model, in));
  if (const at::Tensor actions = library_actions(d, checkpoint, in); actions.defined()) add("library", actions);
  fm::write_safetensors(folder / (name + ".numbers"), numbers);
}

void write_changed(const std::string& name, const Change& change, const std::string& policy = "flow") {
  fm::PolicyDescription d = fm::test::random_policy(policy);
  change(d);
  write_case(name, d);
}

}  // namespace

CATCH_TEST_CASE("cases of policies and networks", "[.cases]") {
  for (const std::string_view policy : fm::policy_kinds) {
    for (const char* network : {"mlp", "film", "adaln", "transformer", "unet", "gru"}) {
      write_case(fmt::format("{}, {}", policy, network), fm::test::random_policy(std::string(policy), network));
    }
  }
}

CATCH_TEST_CASE("cases of samplers", "[.cases]") {
  std::vector<std::string> solvers = fm::sampler_names();
  std::erase_if(solvers, [](const auto& name) { return name != fm::euler_maruyama && fm::find_solver(name).adapts(); });
  for (const std::string& solver : solvers) write_changed(solver, [&](auto& d) { d.sampler.solver = solver; });
  for (const std::string& grid : fm::grid_names()) write_changed(grid, [&](auto& d) { d.sampler.grid = grid; });
  for (const char* solver : {"midpoint", fm::euler_maruyama}) {
    for (const std::string& path : fm::path_names()) {
      for (const std::string& target : fm::target_names()) {
        write_changed(fmt::format("{}, {}, {}", solver, path, target), [&](auto& d) {
          d.sampler.solver = solver;
          d.sampler.temperature = 0.7;
          d.policy.flow.path.name = path;
          d.policy.flow.path.variance_exploding = {.sigma_min = 0.1, .sigma_max = 5.0};
          d.policy.flow.target = target;
        });
      }
    }
  }
  for (const char* null_goal : {"learned", "separate"}) {
    for (const double guidance : {0.0, 0.5, 3.0}) {
      write_changed(fmt::format("guidance {}, {}", guidance, null_goal), [&](auto& d) {
        d.policy.flow.null_goal = null_goal;
        d.sampler.guidance = guidance;
      });
    }
  }
  write_changed(
      "ddpm", [](auto& d) { d.policy.diffusion.sampler = "ddpm"; }, "diffusion");
  write_changed("action noise", [](auto& d) { d.sampler.action_noise = 0.3; });
  write_changed("noise of no amount", [](auto& d) {
    d.sampler.solver = fm::euler_maruyama;
    d.sampler.euler_maruyama.noise = 0.0;
    d.sampler.action_noise = 0.3;
  });
  write_changed("temperature 0", [](auto& d) { d.sampler.temperature = 0.0; });
}

CATCH_TEST_CASE("cases of inputs and outputs", "[.cases]") {
  for (const char* network : {"mlp", "adaln", "transformer", "gru"}) {
    for (const char* policy : {"flow", "gaussian"}) {
      fm::PolicyDescription d = fm::test::random_policy(policy, network);
      d.spec.goals.clear();
      d.goals = {};
      d.policy.horizon = {};
      d.sampler.executed = 1;
      d.policy.hidden = {"speed"};
      write_case(fmt::format("one step without a goal, {}, {}", policy, network), d);
      fm::PolicyDescription timeless = fm::test::random_policy(policy, network);
      timeless.network.time_embedding = 0;
      write_case(fmt::format("no time, {}, {}", policy, network), timeless);
    }
  }
  write_changed("bounds", [](auto& d) {
    d.spec.actions = {fm::test::dimension("left", -0.1, 0.3), fm::test::dimension("right", -INFINITY, 0.2)};
  });
  write_changed("clipped observations", [](auto& d) { d.observations.clip = true, d.goals.clip = true; });
  write_changed(
      "normalising flow of one number",
      [](auto& d) {
        d.spec.actions.pop_back();
        d.actions = {{0.2}, {1.5}};
        d.policy.horizon.prediction = d.sampler.executed = 1;
      },
      "normalising_flow");
  write_changed("hidden goal", [](auto& d) { d.policy.hidden = {d.spec.goals[0].name}; });
  for (const bool hidden : {false, true}) {
    write_changed(hidden ? "relative to a hidden observation" : "relative actions", [&](auto& d) {
      d.policy.relative = {{{d.spec.actions[1].name, d.spec.observations[0].name}}};
      if (hidden) d.policy.hidden = {d.spec.observations[0].name, d.spec.observations[1].name};
    });
  }
  for (const char* network : {"mlp", "adaln", "transformer", "unet", "gru"}) {
    fm::PolicyDescription d = fm::test::random_policy("flow", network);
    d.policy.horizon.largest_delay = d.policy.horizon.prediction - 1;
    write_case(fmt::format("told of committed actions, {}", network), d);
  }
  write_changed(
      "gaussian of format 1", [](auto& d) { d.format_version = 1; }, "gaussian");
  write_case("float64", fm::test::random_policy("flow"), at::kDouble);
}

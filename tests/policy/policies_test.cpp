// The contract of every policy in the table.

#include "libfm/core/error.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/policy_model.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/policy/small_model.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

namespace {

constexpr std::int64_t policy_rows = 5, chunk = 4, history = 3;

std::shared_ptr<fm::PolicyModel> policy_named(const std::string& name, const std::string& network = "mlp") {
  fm::PolicyDescription d = fm::test::small_chunked(name);
  d.network.name = network;
  d.network.unet = {.channels = {8, 12}, .blocks = 1, .kernel = 3, .groups = 2};
  auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  model->to(at::kDouble);
  if (fm::learns_from_teacher(name)) model->set_teacher(policy_named("flow", network));
  return model;
}

/// Every policy with every network that it can have.
std::vector<std::pair<std::string, std::string>> everything() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& policy : fm::names_in(fm::policy_kinds)) {
    for (const std::string& network : fm::names_in(fm::network_kinds)) {
      if (policy != "normalising_flow" || network == "mlp") all.emplace_back(policy, network);
    }
  }
  return all;
}

fm::Condition histories(const fm::PolicyModel& model) {
  const at::Tensor observations =
      at::linspace(-1, 1, policy_rows * history * 3, at::kDouble).view({policy_rows, history, 3});
  return model.condition(observations, at::zeros({policy_rows, 0}, at::kDouble));
}

at::Tensor noise_for(const fm::PolicyModel& model) {
  const std::vector<std::uint64_t> episodes = {0, 1, 2, 3, 4};
  const std::vector<std::uint32_t> steps(policy_rows, 7);
  return fm::draw_noise({3, "noise"}, episodes, steps, model.noises(), chunk, 1).to(at::kDouble);
}

fm::Condition row_of(const fm::Condition& c, std::int64_t i) {
  return {c.observations.slice(0, i, i + 1), c.goal.slice(0, i, i + 1), c.goal_mask.slice(0, i, i + 1)};
}

}  // namespace

CATCH_TEST_CASE("every policy learns from a batch: its loss falls along its gradient", "[policies]") {
  for (const auto& [name, network] : everything()) {
    CATCH_INFO(name << ", " << network);
    const auto model = policy_named(name, network);
    const fm::RandomStream stream(0, "batch");
    const fm::Batch batch{at::linspace(-1, 1, policy_rows * chunk, at::kDouble).view({policy_rows, chunk, 1}),
                          histories(*model)};
    const at::Tensor before = model->loss(batch, stream, 2);
    CATCH_CHECK(before.dim() == 0);
    CATCH_CHECK(before.equal(model->loss(batch, stream, 2)));
    before.backward();
    double squares = 0;
    for (const at::Tensor& p : model->parameters()) {
      if (p.grad().defined()) squares += p.grad().square().sum().item<double>();
    }
    CATCH_REQUIRE(squares > 0);
    const at::NoGradGuard no_grad;
    // For a small step the loss falls by step |gradient|^2. Terms without gradient may reduce this decrease.
    const double step = 1e-4 / std::sqrt(squares);
    for (at::Tensor& p : model->parameters()) {
      if (p.grad().defined()) p.sub_(step * p.grad());
    }
    CATCH_CHECK(model->loss(batch, stream, 2).item<double>() < before.item<double>());
  }
}

CATCH_TEST_CASE("every policy's sample is a chunk per row, independent of the other rows", "[policies]") {
  const at::NoGradGuard no_grad;
  for (const auto& [name, network] : everything()) {
    CATCH_INFO(name << ", " << network);
    const auto model = policy_named(name, network);
    const fm::Condition condition = histories(*model);
    const at::Tensor noise = noise_for(*model), all = model->sample(condition, noise);
    CATCH_REQUIRE(all.sizes() == at::IntArrayRef({policy_rows, chunk, 1}));
    CATCH_CHECK(model->evaluations() > 0);
    for (std::int64_t i = 0; i < policy_rows; ++i) {
      const at::Tensor alone = model->sample(row_of(condition, i), noise.slice(0, i, i + 1));
      CATCH_CHECK((alone - all.slice(0, i, i + 1)).abs().max().item<double>() < 1e-12);
    }
  }
}

CATCH_TEST_CASE("every policy samples the same after a round trip through its file", "[policies]") {
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  for (const auto& [name, network] : everything()) {
    CATCH_INFO(name << ", " << network);
    const auto model = policy_named(name, network);
    const auto file = folder.path() / "policy.safetensors";
    fm::write_safetensors(file, fm::describe_checkpoint(*model, nullptr));
    const auto loaded = fm::load_policy(file, at::kCPU);
    CATCH_CHECK(loaded->description().policy.name == name);
    const at::Tensor noise = noise_for(*model);
    CATCH_CHECK(loaded->sample(histories(*loaded), noise).equal(model->sample(histories(*model), noise)));
  }
}

CATCH_TEST_CASE("a Gaussian policy of format 1 keeps its network, which has zeros for inputs", "[policies]") {
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_chunked("gaussian");
  const auto width = [&](int version) {
    d.format_version = version;
    const auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
    model->to(at::kDouble);
    fm::write_safetensors(folder.path() / "policy.safetensors", fm::describe_checkpoint(*model, nullptr));
    const auto loaded = fm::load_policy(folder.path() / "policy.safetensors", at::kCPU);
    CATCH_CHECK(loaded->description().format_version == version);
    const at::Tensor noise = noise_for(*model);
    CATCH_CHECK(loaded->sample(histories(*loaded), noise).equal(model->sample(histories(*model), noise)));
    return loaded->named_parameters()["net.mlp.0_weight"].size(1);
  };
  const std::int64_t fake = chunk * d.policy.gaussian.components * 3 + d.network.time_embedding;
  CATCH_CHECK(width(1) == width(2) + fake);
}

CATCH_TEST_CASE("guidance needs a goal, and rows that were trained without it", "[policies]") {
  fm::PolicyDescription d = fm::test::small_policy("pendulum_target");
  d.sampler.guidance = 2.0;
  const auto make = [&] { return fm::make_policy_model(d, fm::RandomStream(1, "init")); };
  CATCH_CHECK_NOTHROW(make());
  d.policy.flow.goal_drop = 0.0;
  CATCH_CHECK_THROWS_AS(make(), fm::InputError);
  d.policy.flow.null_goal = "separate";
  CATCH_CHECK_NOTHROW(make());
}

CATCH_TEST_CASE("a sampler setting that a policy does not support is refused", "[policies]") {
  for (const std::string& name : fm::names_in(fm::policy_kinds)) {
    CATCH_INFO(name);
    const auto model = policy_named(name);
    const bool flows = name == "flow" || name == "score" || name == "reflow";
    const auto refuses = [&](const fm::SamplerOptions& options) {
      try {
        model->set_sampler(options);
        return false;
      } catch (const fm::InputError&) {
        return true;
      }
    };
    CATCH_CHECK(refuses({.guidance = 2.0}));
    CATCH_CHECK(refuses({.solver = fm::euler_maruyama}) == !flows);
    CATCH_CHECK(!refuses({.steps = 3, .temperature = 0.5}));
  }
}

// Relative actions as both engines execute them.

#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include "tests/catch.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <cmath>
#include <cstring>
#include <limits>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double offset = 0.2, scale = 1.5;  // of the small policy's actions

/// The pendulum's torque relative to cos_theta, without bounds.
fm::PolicyDescription relative_policy(const std::string& name, int prediction, const fm::SamplerOptions& sampler) {
  fm::PolicyDescription d = fm::test::small_policy();
  d.policy.name = name;
  d.policy.horizon.prediction = prediction;
  d.policy.relative = {{{"torque", "cos_theta"}}};
  d.spec.actions[0].low = -std::numeric_limits<double>::infinity();
  d.spec.actions[0].high = std::numeric_limits<double>::infinity();
  d.sampler = sampler;
  return d;
}

/// A network whose output is always `outputs`, normalised.
fm::SafeTensors constant(const fm::PolicyDescription& d, const std::vector<float>& outputs) {
  fm::SafeTensors content = fm::test::small_checkpoint(d);
  for (fm::SafeTensor& tensor : content.tensors) {
    std::ranges::fill(tensor.bytes, std::byte{0});
    if (tensor.name == "weights.net.mlp.2_bias") {
      CATCH_REQUIRE(tensor.bytes.size() == outputs.size() * sizeof(float));
      std::memcpy(tensor.bytes.data(), outputs.data(), tensor.bytes.size());
    }
  }
  return content;
}

/// One copy in an engine, whose first observation is given.
struct Acting {
  std::unique_ptr<fm::ChunkedPolicy> policy;
  std::uint32_t step = 0;

  Acting(const char* engine, const fm::SafeTensors& content) {
    const fm::RandomStream noise(3, "noise");
    if (engine == std::string("realtime")) {
      policy = std::make_unique<fm::RealtimePolicy>(std::make_shared<fm::RealtimeModel>(content, "small"), noise);
    } else {
      auto model = fm::make_policy_model(fm::description_from_metadata(content.metadata, "small"), {0, "init"});
      fm::load_weights(content, "weights.", *model, "small");
      policy = std::make_unique<fm::ModelPolicy>(std::move(model), noise);
    }
    policy->reset(1, std::vector{0});
  }

  double act(double cos_theta, double omega = 0.0) {
    const fm::Matrix observation{{cos_theta, 0.0, omega}}, goal(1, 0);
    const std::vector<std::uint64_t> episode = {0};
    const std::vector<std::uint32_t> steps = {step++};
    fm::PolicyOutput output;
    policy->act({observation, goal, episode, steps}, output);
    return output.actions(0, 0);
  }
};

const char* engines[] = {"libtorch", "realtime"};
constexpr double seen[] = {0.3, -0.5, 1.0, 8.0, -2.0, 0.25};

}  // namespace

CATCH_TEST_CASE("all actions of a chunk are relative to the observation when it was predicted", "[relative]") {
  for (const char* engine : engines) {
    CATCH_INFO(engine);
    const std::vector<float> outputs = {0.1F, -0.4F, 0.7F};
    Acting acting(engine, constant(relative_policy("mse", 3, {.executed = 2}), outputs));
    for (std::size_t t = 0; t < std::size(seen); ++t) {
      const std::size_t age = t % 2;
      CATCH_CHECK_THAT(acting.act(seen[t]), WithinAbs(seen[t - age] + offset + scale * outputs[age], 1e-6));
    }
  }
}

CATCH_TEST_CASE("an ensemble averages the absolute actions of predictions with different references", "[relative]") {
  for (const char* engine : engines) {
    CATCH_INFO(engine);
    const std::vector<float> outputs = {0.1F, -0.4F, 0.7F};
    Acting acting(engine, constant(relative_policy("mse", 3, {.ensemble = std::log(2.0)}), outputs));
    for (std::size_t t = 0; t < std::size(seen); ++t) {
      double sum = 0.0, total = 0.0;
      for (std::size_t age = 0; age <= std::min<std::size_t>(t, 2); ++age) {
        sum += std::pow(0.5, age) * (seen[t - age] + offset + scale * outputs[age]);
        total += std::pow(0.5, age);
      }
      CATCH_CHECK_THAT(acting.act(seen[t]), WithinAbs(sum / total, 1e-6));
    }
  }
}

CATCH_TEST_CASE("a warm start begins from the last prediction's absolute actions", "[relative]") {
  // Without velocity and noise a prediction is the guess times alpha, the path's at the time of the warm start.
  constexpr double alpha = 0.75;
  for (const char* engine : engines) {
    CATCH_INFO(engine);
    Acting acting(engine,
                  constant(relative_policy("flow", 2, {.temperature = 0.0, .warm_start = alpha}), {0.0F, 0.0F}));
    double relative = 0.0, before = seen[0];
    for (const double now : seen) {
      relative = alpha * (relative + before - now);
      before = now;
      CATCH_CHECK_THAT(acting.act(now), WithinAbs(now + offset + relative, 1e-5));
    }
  }
}

CATCH_TEST_CASE("a policy that does not see its reference shifts its actions exactly with it", "[relative]") {
  constexpr double far = 1e6;
  for (const char* engine : engines) {
    for (const fm::SamplerOptions& sampler : {fm::SamplerOptions{.steps = 4},
                                              {.steps = 4, .executed = 3, .warm_start = 0.5},
                                              {.steps = 4, .action_noise = 0.1, .ensemble = 0.3}}) {
      fm::PolicyDescription d = relative_policy("flow", 3, sampler);
      d.policy.hidden = {"cos_theta"};
      d.policy.horizon.observations = 2;
      const fm::SafeTensors content = fm::test::small_checkpoint(d);
      Acting here(engine, content), there(engine, content);
      for (std::size_t t = 0; t < std::size(seen); ++t) {
        const double omega = 0.1 * static_cast<double>(t);
        CATCH_CHECK_THAT(there.act(seen[t] + far, omega) - far, WithinAbs(here.act(seen[t], omega), 1e-8));
      }
    }
  }
}

CATCH_TEST_CASE("the bounds are those of the absolute action", "[relative]") {
  for (const char* engine : engines) {
    fm::PolicyDescription d = relative_policy("mse", 1, {});
    d.spec.actions[0].low = -2.0;
    d.spec.actions[0].high = 2.0;
    Acting acting(engine, constant(d, {1.0F}));
    CATCH_CHECK(acting.act(5.0) == 2.0);
    CATCH_CHECK(acting.act(-5.0) == -2.0);
    CATCH_CHECK_THAT(acting.act(-2.0), WithinAbs(-2.0 + offset + scale, 1e-6));
  }
}

CATCH_TEST_CASE("a reference that is not finite gives no action, and is forgotten", "[relative]") {
  for (const char* engine : engines) {
    CATCH_INFO(engine);
    fm::PolicyDescription d = relative_policy("mse", 3, {.ensemble = 0.5});
    d.policy.hidden = {"cos_theta"};
    Acting acting(engine, constant(d, {0.1F, 0.1F, 0.1F}));
    acting.act(1.0);
    CATCH_CHECK(!std::isfinite(acting.act(std::numeric_limits<double>::quiet_NaN())));
    CATCH_CHECK_THAT(acting.act(4.0), WithinAbs(4.0 + offset + scale * 0.1, 1e-6));
  }
}

#include "libfm/rl/learner.hpp"

#include "libfm/rl/actor_policy.hpp"
#include "tests/catch.hpp"
#include "tests/rl/bandit.hpp"

#include <ATen/ops/equal.h>

namespace {

fm::RlOptions options_for_learning() {
  fm::RlOptions options;
  options.name = "ppo";
  options.copies = 8;
  options.segment = 4;
  options.epochs = 3;
  options.minibatches = 2;
  options.critic.hidden = {8};
  options.critic.learning_rate = 1e-2;
  return options;
}

std::shared_ptr<fm::Actor> bandit_actor(const fm::RlOptions& options) {
  fm::PolicyDescription d{.spec = fm::test::Bandit::describe()};
  d.policy.name = "mse";
  d.network = {.mlp = {{8}}, .time_embedding = 0};
  const fm::RandomStream init(1, "init");
  return fm::make_actor(options, fm::make_policy_model(fm::normalised_by_bounds(d), init), init);
}

/// A learner with one segment of the bandit, whose rewards are all the same.
struct Learning {
  fm::RlOptions options;
  fm::Learner learner;
  fm::Segment segment;

  explicit Learning(const fm::RlOptions& given)
      : options(given), learner(options, bandit_actor(options), fm::RandomStream(1, "init")) {
    const auto make = [this] {
      return std::make_unique<fm::ActorPolicy>(learner.actor(), fm::RandomStream(2, "exploration"));
    };
    fm::Collector collector(fm::test::Bandit::factory(), make, fm::RandomStream(3, "episodes"), options.copies);
    segment = collector.collect(options.segment);
    segment.rewards.assign(segment.rewards.size(), 0.5);
  }

  fm::Experience experience() const { return learner.experience(segment, segment.rewards); }
  void update(std::int64_t iteration) { learner.update(experience(), iteration, fm::RandomStream(4, "minibatches")); }
  /// Everything that is trained, in copies.
  std::vector<at::Tensor> weights() const {
    std::vector<at::Tensor> all;
    for (const at::Tensor& w : learner.actor()->trained()) all.push_back(w.detach().clone());
    return all;
  }
};

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  return std::ranges::equal(a, b, [](const at::Tensor& x, const at::Tensor& y) { return at::equal(x, y); });
}

}  // namespace

CATCH_TEST_CASE("targets of the values are advantages and values, and an update brings the values nearer",
                "[learner]") {
  Learning one(options_for_learning());
  const fm::Experience before = one.experience();
  for (std::size_t i = 0; i < before.targets.size(); ++i) {
    CATCH_CHECK(before.targets[i] == before.values[i] + before.advantages[i]);
    CATCH_CHECK(before.targets[i] == Approx(0.5));  // each episode has one step
  }
  for (int iteration = 0; iteration < 20; ++iteration) one.update(iteration);
  const fm::Experience after = one.experience();
  CATCH_CHECK(std::abs(after.values[0] - 0.5) < 0.5 * std::abs(before.values[0] - 0.5));
}

CATCH_TEST_CASE("a weight of the entropy widens a policy that gains nothing", "[learner]") {
  fm::RlOptions options = options_for_learning();
  options.entropy = 0.1;
  Learning one(options);
  const at::Tensor before = one.weights().back();  // the logarithms of the deviations
  one.update(0);
  CATCH_CHECK(one.weights().back().item<double>() > before.item<double>());
}

CATCH_TEST_CASE("the value network is trained alone while it warms up", "[learner]") {
  fm::RlOptions options = options_for_learning();
  options.critic.warm_up = 1;
  options.entropy = 0.1;
  Learning one(options);
  const std::vector<at::Tensor> before = one.weights();
  const double value = one.experience().values[0];
  one.update(0);
  CATCH_CHECK(same(one.weights(), before));
  CATCH_CHECK(one.experience().values[0] != value);
  one.update(1);
  CATCH_CHECK(!same(one.weights(), before));
}

CATCH_TEST_CASE("a linear schedule ends at a learning rate of 0", "[learner]") {
  Learning one(options_for_learning());
  one.learner.set_progress(0.25);
  CATCH_CHECK(one.learner.learning_rate() == Approx(0.75 * one.options.learning_rate));
  one.learner.set_progress(1.0);
  const std::vector<at::Tensor> before = one.weights();
  const double value = one.experience().values[0];
  one.update(0);
  CATCH_CHECK(same(one.weights(), before));
  CATCH_CHECK(one.experience().values[0] == value);
}

CATCH_TEST_CASE("the value network has its own scale of observations", "[learner]") {
  Learning one(options_for_learning());
  one.segment.observations.setConstant(3.0);
  one.learner.set_critic_observations({{1.0}, {0.5}});
  const fm::Experience e = one.experience();
  CATCH_CHECK(e.critic_condition.observations.flatten()[0].item<double>() == 4.0);
  CATCH_CHECK(e.condition.observations.flatten()[0].item<double>() ==
              Approx(one.learner.policy().description().observations.normalise(0, 3.0)));
}

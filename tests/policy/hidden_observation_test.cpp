#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace {

fm::PolicyDescription hiding(const std::vector<std::string>& names) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.hidden = names;
  return d;
}

/// With a goal of two numbers, x and y.
fm::PolicyDescription hiding_goals(const std::vector<std::string>& names) {
  fm::PolicyDescription d = hiding(names);
  d.spec.goals = {{"x", "m", -1.0, 1.0}, {"y", "m", -1.0, 1.0}};
  d.goals = fm::identity_normalisation(2);
  return d;
}

at::Tensor seen_by(const fm::PolicyDescription& d) {
  const auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  const float nothing = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor observation = at::tensor({0.6F, -0.8F, d.policy.hidden.empty() ? 4.0F : nothing}).view({1, 1, 3});
  return model->condition(observation, at::zeros({1, 0})).observations.flatten();
}

}  // namespace

CATCH_TEST_CASE("a hidden observation is 0 for the policy, the others are unchanged", "[hidden]") {
  CATCH_CHECK(seen_by(hiding({})).equal(at::tensor({0.6F, -0.8F, 0.5F})));
  CATCH_CHECK(seen_by(hiding({"omega"})).equal(at::tensor({0.6F, -0.8F, 0.0F})));
  CATCH_CHECK(seen_by(hiding({"cos_theta", "omega"})).equal(at::tensor({0.0F, -0.8F, 0.0F})));
}

CATCH_TEST_CASE("a hidden goal is 0 for the policy, the others are unchanged", "[hidden]") {
  const auto goal_seen_by = [](const fm::PolicyDescription& d) {
    const auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
    return model->condition(at::zeros({1, 1, 3}), at::tensor({0.5F, -0.25F}).view({1, 2})).goal.flatten();
  };
  CATCH_CHECK(goal_seen_by(hiding_goals({})).equal(at::tensor({0.5F, -0.25F})));
  CATCH_CHECK(goal_seen_by(hiding_goals({"y"})).equal(at::tensor({0.5F, 0.0F})));
  CATCH_CHECK(goal_seen_by(hiding_goals({"x", "omega", "y"})).equal(at::tensor({0.0F, 0.0F})));
}

CATCH_TEST_CASE("hiding what is neither observation nor goal is refused with the known names", "[hidden]") {
  try {
    seen_by(hiding({"velocity"}));
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    const std::string what = e.what();
    CATCH_CHECK(what.find("'velocity'") != std::string::npos);
    CATCH_CHECK(what.find("omega") != std::string::npos);
  }
}

#include "libfm/policy_spec/relative_actions.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

namespace {

fm::EnvSpec pusher() {
  return {.name = "pusher",
          .observations = {{"agent_x", "m", -1, 1}, {"agent_y", "m", -1, 1}, {"angle", "rad", -3, 3}},
          .actions = {{"x", "m", -1, 1}, {"grip", "", 0, 1}, {"y", "", -1, 1}},
          .goals = {},
          .states = {},
          .time_step = 0.1,
          .horizon = 10};
}

}  // namespace

CATCH_TEST_CASE("actions are relative to the observations that they are paired with, others to 0", "[relative]") {
  const fm::RelativeActions pairs(pusher(), {{{"y", "agent_y"}, {"x", "agent_x"}}}), none(pusher(), {});
  const double observation[] = {0.25, -7.5, 3.0};
  double references[3];
  pairs.references(observation, references);
  CATCH_CHECK(std::vector<double>(references, references + 3) == std::vector<double>{0.25, 0.0, -7.5});
  CATCH_CHECK(pairs.any());
  CATCH_CHECK(!pairs.is_relative(1));
  none.references(observation, references);
  CATCH_CHECK(std::vector<double>(references, references + 3) == std::vector<double>{0.0, 0.0, 0.0});
  CATCH_CHECK(!none.any());
}

CATCH_TEST_CASE("pairs that cannot be relative are refused with the known names and the units", "[relative]") {
  const auto refusal = [](const nlohmann::json& pairs) {
    return error_of<fm::InputError>([&] { fm::RelativeActions(pusher(), {pairs}); });
  };
  CATCH_CHECK(refusal({{"z", "agent_x"}}) == "policy.relative: no action 'z' (known: x, grip, y)");
  CATCH_CHECK(refusal({{"x", "agent"}}) == "policy.relative: no observation 'agent' (known: agent_x, agent_y, angle)");
  CATCH_CHECK(refusal({{"x", 3}}) == "policy.relative: 'x' must have the name of an observation, not 3");
  CATCH_CHECK(refusal({{"x", "angle"}}) ==
              "policy.relative: action 'x' is in m, observation 'angle' in rad; both need the same unit");
}

CATCH_TEST_CASE("a checkpoint says which actions are relative; without the key none is", "[relative]") {
  fm::PolicyDescription d;
  d.spec = pusher();
  d.observations = d.actions = fm::identity_normalisation(3);
  d.policy.relative = {{{"x", "agent_x"}}};
  auto metadata = fm::description_to_metadata(d);
  CATCH_CHECK(fm::description_from_metadata(metadata, "here").policy.relative == d.policy.relative);
  nlohmann::json policy = nlohmann::json::parse(metadata["policy"]);
  policy["relative"] = {{"x", "agent"}};
  metadata["policy"] = policy.dump();
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::description_from_metadata(metadata, "here"); }),
                       "here: policy.relative: no observation 'agent'"));
  policy.erase("relative");
  metadata["policy"] = policy.dump();
  CATCH_CHECK(fm::description_from_metadata(metadata, "here").policy.relative == fm::FreeMapping());
}

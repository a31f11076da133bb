#include "libfm/evaluation/evaluation_json.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

namespace {

using Json = nlohmann::ordered_json;

fm::Evaluation measured(double gap) {
  fm::Evaluation e{.env = "pendulum", .episodes = 4, .seed = 18446744073709551615u};
  e.expert = fm::ActorMetrics{.mean = -100.0, .standard_deviation = 3.0, .ci95 = {-104.0, -97.0}, .success = 1.0};
  e.policy = fm::ActorMetrics{.mean = -100.0 + gap, .ci95 = {-110.0, -90.0}, .success = 0.75, .smoothness = 0.5};
  e.policy->metrics = {{"action_jerk", 0.25}, {"path_straightness", 0.125}};
  e.expert->metrics = {{"action_jerk", 0.0625}};
  e.gap = fm::Gap{.mean = gap, .ci95 = {gap - 1, gap + 1}};
  e.actions = {{"torque", "N m", -2.0, 2.0}};
  e.action_error = fm::ActionError{.states = 10, .rmse = 0.375, .dimensions = {0.375}, .spread = {1.5}, .chunk = {}};
  e.latency = {.median_us = 10, .p99_us = 20, .engine = "libtorch", .solver = "heun", .steps = 5, .nfe = 10};
  return e;
}

/// Of two actions in different units, compared on recorded states alone.
fm::Evaluation offline() {
  fm::Evaluation e{.env = "none"};
  e.actions = {{"reach", "m", -1.0, 1.0}, {"turn", "rad", -1.0, 1.0}};
  fm::Matrix chunk(2, 2);
  chunk << 1e-6, 7e-6, 2e-6, 7e-6;
  e.action_error =
      fm::ActionError{.states = 300, .rmse = 5e-6, .dimensions = {1e-6, 7e-6}, .spread = {1e-5, 0.0}, .chunk = chunk};
  e.references = fm::ActionReferences{.mean_action = *e.action_error, .nearest = *e.action_error};
  e.energy_distance = 0.125;
  return e;
}

}  // namespace

CATCH_TEST_CASE("an evaluation in JSON has every figure in its place", "[evaluation_json]") {
  const Json json = fm::to_json(measured(-2.0), {});
  CATCH_CHECK(json["env"] == "pendulum");
  CATCH_CHECK(json["episodes"] == 4);
  CATCH_CHECK(json["seed"].get<std::uint64_t>() == 18446744073709551615u);
  CATCH_CHECK(json["policy"]["return"]["mean"] == -102.0);
  CATCH_CHECK(json["policy"]["return"]["ci95"] == Json::array({-110.0, -90.0}));
  CATCH_CHECK(json["policy"]["success"] == 0.75);
  CATCH_CHECK(json["policy"]["metrics"]["path_straightness"] == 0.125);
  CATCH_CHECK(json["expert"]["return"]["std"] == 3.0);
  CATCH_CHECK(json["expert"]["return"]["ci95"] == Json::array({-104.0, -97.0}));
  CATCH_CHECK(json["gap"] == Json({{"mean", -2.0}, {"ci95", {-3.0, -1.0}}}));
  CATCH_CHECK(json["action_error"]["rmse"] == 0.375);
  CATCH_CHECK(json["smoothness"] == Json({{"policy", 0.5}, {"expert", 0.0}}));
  CATCH_CHECK(json["latency"]["nfe"] == 10);
  CATCH_CHECK(json["latency"]["solver"] == "heun");
  CATCH_CHECK(json["variants"] == Json::array());
  CATCH_CHECK(Json::parse(json.dump()) == json);
}

CATCH_TEST_CASE("where there is no environment, rollouts and gap are null", "[evaluation_json]") {
  const Json json = fm::to_json(offline(), {});
  for (const char* key : {"policy", "expert", "gap"}) CATCH_CHECK(json.at(key).is_null());
  CATCH_CHECK(json["smoothness"]["policy"].is_null());
  CATCH_CHECK(json["smoothness"]["expert"].is_null());
  CATCH_CHECK(json["episodes"] == 0);
  CATCH_CHECK(json["action_error"]["rmse"] == 5e-6);
  CATCH_CHECK(json["action_error"]["states"] == 300);
  const Json& reach = json["action_error"]["dimensions"][0];
  CATCH_CHECK(reach["name"] == "reach");
  CATCH_CHECK(reach["unit"] == "m");
  CATCH_CHECK(reach["rmse"] == 1e-6);
  CATCH_CHECK_THAT(reach["relative"].get<double>(), Catch::Matchers::WithinAbs(0.1, 1e-12));
  CATCH_CHECK(json["action_error"]["dimensions"][1]["relative"].is_null());  // it is constant
  CATCH_CHECK(json["action_error"]["chunk"][1]["rmse"] == Json::array({2e-6, 7e-6}));
  CATCH_CHECK_THAT(json["action_error"]["chunk"][1]["relative"].get<double>(), Catch::Matchers::WithinAbs(0.2, 1e-12));
  CATCH_CHECK_THAT(json["action_error"]["references"]["mean_action"]["relative"].get<double>(),
                   Catch::Matchers::WithinAbs(0.1, 1e-12));
  CATCH_CHECK(json["action_error"]["references"]["repeated_states"].is_null());
  CATCH_CHECK(json["action_error"]["energy_distance"] == 0.125);
  const std::string words = fm::summarise(offline(), {});
  CATCH_CHECK_FALSE(contains(words, "gap"));
  CATCH_CHECK(contains(words, "300 held-out states"));
  CATCH_CHECK(contains(words, "5.000e-06"));
  CATCH_CHECK(contains(words, "1.000e-06 m"));
}

CATCH_TEST_CASE("without an expert there is a return, beside the demonstrator's", "[evaluation_json]") {
  fm::Evaluation e = measured(-2.0);
  e.expert.reset();
  e.gap.reset();
  e.demonstrator =
      fm::Demonstrator{.episodes = 7, .mean = -90.0, .standard_deviation = 4.0, .gap = {-12.0, {-20.0, -4.0}}};
  const Json json = fm::to_json(e, {});
  CATCH_CHECK((json["expert"].is_null() && json["gap"].is_null()));
  CATCH_CHECK(json["policy"]["return"]["mean"] == -102.0);
  CATCH_CHECK(json["demonstrator"]["return"]["mean"] == -90.0);
  CATCH_CHECK(json["demonstrator"]["gap"]["ci95"] == Json::array({-20.0, -4.0}));
  const std::string words = fm::summarise(e, {{{"sampler.steps=2"}, e}});
  CATCH_CHECK(contains(words, "policy return"));
  CATCH_CHECK_FALSE(contains(words, "expert return"));
  CATCH_CHECK(contains(words, "7 recorded episodes"));
  CATCH_CHECK(contains(words, "sampler.steps=2: return"));
}

CATCH_TEST_CASE("what was not measured is null, not 0", "[evaluation_json]") {
  const fm::Evaluation nothing{.env = "none"};
  const Json json = fm::to_json(nothing, {});
  CATCH_CHECK(json["action_error"]["rmse"].is_null());
  CATCH_CHECK(json["action_error"]["states"] == 0);
  CATCH_CHECK(contains(fm::summarise(nothing, {}), "no recorded states were held out"));
}

CATCH_TEST_CASE("a variant's settings keep their types", "[evaluation_json]") {
  const Json json = fm::to_json(
      measured(-2.0), {{{"sampler.steps=2", "sampler.solver=heun", "sampler.temperature=0.5"}, measured(-3.0)},
                       {{"sampler.steps=20"}, measured(-4.0)}});
  CATCH_REQUIRE(json["variants"].size() == 2);
  const Json& first = json["variants"][0];
  CATCH_CHECK(first["settings"]["sampler.steps"].is_number_integer());
  CATCH_CHECK(first["settings"]["sampler.steps"] == 2);
  CATCH_CHECK(first["settings"]["sampler.solver"] == "heun");
  CATCH_CHECK(first["settings"]["sampler.temperature"] == 0.5);
  CATCH_CHECK(first["gap"]["mean"] == -3.0);
  CATCH_CHECK(json["variants"][1]["gap"]["mean"] == -4.0);
  CATCH_CHECK(json["gap"]["mean"] == -2.0);
  CATCH_CHECK_FALSE(json.contains("settings"));
}

CATCH_TEST_CASE("in words, every variant stands by its settings", "[evaluation_json]") {
  const std::string words = fm::summarise(measured(-2.0), {{{"sampler.steps=2"}, measured(-3.5)}});
  CATCH_CHECK(contains(words, "gap (paired)     -2.00 [-3.00, -1.00]"));
  CATCH_CHECK(contains(words, "action_jerk     0.2500  (expert 0.06250)"));
  CATCH_CHECK(contains(words, "path_straightness   0.1250\n"));  // the expert has none
  CATCH_CHECK(contains(words, "sampler.steps=2: gap -3.50 [-4.50, -2.50]"));
}

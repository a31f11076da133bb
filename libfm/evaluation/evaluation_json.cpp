#include "libfm/evaluation/evaluation_json.hpp"

#include <fmt/format.h>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

Json interval(const Interval& i) { return Json::array({i.low, i.high}); }

Json actor(const std::optional<ActorMetrics>& metrics) {
  if (!metrics) return nullptr;
  return {
      {"return", {{"mean", metrics->mean}, {"std", metrics->standard_deviation}, {"ci95", interval(metrics->ci95)}}},
      {"success", metrics->success},
      {"metrics", metrics->metrics}};
}

Json smoothness_of(const std::optional<ActorMetrics>& metrics) { return metrics ? Json(metrics->smoothness) : Json(); }

/// KEY=VALUE settings as an object. A value is parsed as JSON; if that fails it is kept as text.
Json settings_object(const std::vector<std::string>& settings) {
  Json object = Json::object();
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    const std::string value = setting.substr(equals + 1);
    const Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    object[setting.substr(0, equals)] = parsed.is_discarded() ? Json(value) : parsed;
  }
  return object;
}

Json evaluation_object(const Evaluation& e) {
  Json json = {{"env", e.env},
               {"episodes", e.episodes},
               {"seed", e.seed},
               {"policy", actor(e.policy)},
               {"expert", actor(e.expert)},
               {"gap", nullptr},
               {"action_error", {{"rmse", e.action_rmse}}},
               {"smoothness", {{"policy", smoothness_of(e.policy)}, {"expert", smoothness_of(e.expert)}}},
               {"latency",
                {{"median_us", e.latency.median_us},
                 {"p99_us", e.latency.p99_us},
                 {"engine", e.latency.engine},
                 {"solver", e.latency.solver},
                 {"steps", e.latency.steps},
                 {"nfe", e.latency.nfe}}}};
  if (e.gap) json["gap"] = {{"mean", e.gap->mean}, {"ci95", interval(e.gap->ci95)}};
  return json;
}

std::string latency_words(const Latency& l) {
  return fmt::format("{:.0f} us per prediction (99 %: {:.0f} us), {}, {} network evaluations", l.median_us, l.p99_us,
                     l.solver, l.nfe);
}

}  // namespace

Json to_json(const Evaluation& evaluation, const std::vector<Variant>& variants) {
  Json json = evaluation_object(evaluation);
  json["variants"] = Json::array();
  for (const Variant& variant : variants) {
    Json object = evaluation_object(variant.evaluation);
    object["settings"] = settings_object(variant.settings);
    json["variants"].push_back(object);
  }
  return json;
}

std::string summarise_actor(const std::string& who, const ActorMetrics& f) {
  return fmt::format("{} return {:8.2f}  [{:.2f}, {:.2f}]   success {:5.1f} %   smoothness {:.4f}\n", who, f.mean,
                     f.ci95.low, f.ci95.high, 100.0 * f.success, f.smoothness);
}

std::string summarise_metrics(const Evaluation& e) {
  std::string text;
  for (const auto& [name, value] : e.policy->metrics) {
    text += fmt::format("{:<13} {:8.4f}", name, value);
    const auto expert = e.expert ? e.expert->metrics.find(name) : e.policy->metrics.end();
    if (e.expert && expert != e.expert->metrics.end()) text += fmt::format("  (expert {:.4f})", expert->second);
    text += "\n";
  }
  return text;
}

std::string summarise(const Evaluation& e, const std::vector<Variant>& variants) {
  std::string text;
  if (e.gap) {
    text += fmt::format("{} episodes of {}, seed {}; 95 % intervals in brackets\n", e.episodes, e.env, e.seed);
    text += summarise_actor("policy", *e.policy) + summarise_actor("expert", *e.expert);
    text += fmt::format("gap (paired)  {:8.2f}  [{:.2f}, {:.2f}]\n", e.gap->mean, e.gap->ci95.low, e.gap->ci95.high);
  }
  if (e.policy) text += summarise_metrics(e);
  text += fmt::format("action error  {:8.4f}  (root mean square, on held-out states)\n", e.action_rmse);
  text += fmt::format("latency       {}\n", latency_words(e.latency));
  for (const Variant& variant : variants) {
    text += fmt::format("{}: ", fmt::join(variant.settings, " "));
    const Evaluation& v = variant.evaluation;
    if (v.gap) {
      text += fmt::format("gap {:.2f} [{:.2f}, {:.2f}], success {:.1f} %, ", v.gap->mean, v.gap->ci95.low,
                          v.gap->ci95.high, 100.0 * v.policy->success);
      text += fmt::format("smoothness {:.4f}, ", v.policy->smoothness);
      for (const auto& [name, value] : v.expert->metrics) {
        if (name != "action_jerk") text += fmt::format("{} {:.4f}, ", name, v.policy->metrics.at(name));
      }
    }
    text += fmt::format("action error {:.4f}, {:.0f} us per prediction\n", v.action_rmse, v.latency.median_us);
  }
  return text;
}

}  // namespace fm

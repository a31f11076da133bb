#include "libfm/evaluation/evaluation_json.hpp"

#include "libfm/core/number_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

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

Json demonstrator(const Evaluation& e) {
  if (!e.demonstrator) return nullptr;
  const Demonstrator& d = *e.demonstrator;
  return {{"episodes", d.episodes},
          {"return", {{"mean", d.mean}, {"std", d.standard_deviation}}},
          {"gap", {{"mean", d.gap.mean}, {"ci95", interval(d.gap.ci95)}}}};
}

/// The policy's metrics include those of the model.
Json policy(const Evaluation& e) {
  Json json = actor(e.policy);
  for (const auto& [name, value] : e.model_metrics) {
    if (e.policy) json["metrics"][name] = value;
  }
  return json;
}

/// The errors of each action of the prediction: over all dimensions relative to the spread, and of each dimension.
Json chunk_object(const ActionError& error) {
  Json positions = Json::array();
  const std::vector<double> relative = error.relative_by_position();
  for (Eigen::Index h = 0; h < error.chunk.rows(); ++h) {
    const auto row = error.chunk.row(h);
    positions.push_back({{"relative", finite(relative[static_cast<std::size_t>(h)])},
                         {"rmse", std::vector<double>(row.data(), row.data() + row.size())}});
  }
  return positions;
}

Json references_object(const ActionReferences& references) {
  const auto error = [](const ActionError& e) { return Json{{"rmse", e.rmse}, {"relative", finite(e.relative())}}; };
  Json json = {{"mean_action", error(references.mean_action)},
               {"nearest_neighbour", error(references.nearest)},
               {"repeated_states", nullptr}};
  if (references.repeated) {
    json["repeated_states"] = {{"relative", finite(*references.repeated)}, {"states", references.repeated_states}};
  }
  return json;
}

Json error_object(const Evaluation& e) {
  if (!e.action_error) {
    return {{"rmse", nullptr}, {"relative", nullptr}, {"states", 0}, {"of", e.states}, {"dimensions", Json::array()}};
  }
  const ActionError& error = *e.action_error;
  Json dimensions = Json::array();
  for (std::size_t j = 0; j < error.dimensions.size(); ++j) {
    const double spread = error.spread[j];
    dimensions.push_back({{"name", e.actions[j].name},
                          {"unit", e.actions[j].unit},
                          {"rmse", error.dimensions[j]},
                          {"spread", spread},
                          {"relative", spread > 0.0 ? Json(error.dimensions[j] / spread) : Json()}});
  }
  Json json = {{"rmse", error.rmse},       {"relative", finite(error.relative())},
               {"states", error.states},   {"of", e.states},
               {"dimensions", dimensions}, {"chunk", chunk_object(error)}};
  if (e.energy_distance) json["energy_distance"] = finite(*e.energy_distance);
  if (e.references) json["references"] = references_object(*e.references);
  return json;
}

Json evaluation_object(const Evaluation& e) {
  Json json = {{"env", e.env},
               {"episodes", e.episodes},
               {"seed", e.seed},
               {"goal", e.goal.empty() ? Json() : Json(e.goal)},
               {"policy", policy(e)},
               {"expert", actor(e.expert)},
               {"gap", nullptr},
               {"demonstrator", demonstrator(e)},
               {"action_error", error_object(e)},
               {"smoothness", {{"policy", smoothness_of(e.policy)}, {"expert", smoothness_of(e.expert)}}},
               {"latency",
                {{"median_us", e.latency.median_us},
                 {"p99_us", e.latency.p99_us},
                 {"engine", e.latency.engine},
                 {"solver", e.latency.solver},
                 {"steps", e.latency.steps},
                 {"nfe", e.latency.nfe}}}};
  if (e.gap) json["gap"] = {{"mean", e.gap->mean}, {"ci95", interval(e.gap->ci95)}};
  if (!e.policy) json["metrics"] = e.model_metrics;
  return json;
}

/// A mean, right-aligned, and its interval.
std::string words(double mean, const Interval& i, int width = 0) {
  const double error = (i.high - i.low) / 2;
  return fmt::format("{:>{}} [{}, {}]", number_text_within(mean, error), width, number_text_within(i.low, error),
                     number_text_within(i.high, error));
}

std::string latency_words(const Latency& l) {
  return fmt::format("{:.0f} us per prediction (99 %: {:.0f} us), {}, {} network evaluations", l.median_us, l.p99_us,
                     l.solver, l.nfe);
}

}  // namespace

Json to_json(const Evaluation& evaluation, const std::vector<Variant>& variants) {
  Json json = evaluation_object(evaluation);
  json["checkpoint_hash"] = evaluation.checkpoint_hash;
  json["variants"] = Json::array();
  for (const Variant& variant : variants) {
    Json object = evaluation_object(variant.evaluation);
    object["settings"] = settings_object(variant.settings);
    json["variants"].push_back(object);
  }
  return json;
}

std::string summarise_actor(const std::string& who, const ActorMetrics& f) {
  return fmt::format("{} return {}   success {:5.1f} %   smoothness {}\n", who, words(f.mean, f.ci95, 8),
                     100.0 * f.success, number_text(f.smoothness));
}

std::string summarise_metrics(const Evaluation& e) {
  std::map<std::string, double> metrics = e.model_metrics;
  if (e.policy) metrics.insert(e.policy->metrics.begin(), e.policy->metrics.end());
  std::string text;
  for (const auto& [name, value] : metrics) {
    text += fmt::format("{:<13} {:>8}", name, number_text(value));
    if (e.expert && e.expert->metrics.contains(name)) {
      text += fmt::format("  (expert {})", number_text(e.expert->metrics.at(name)));
    }
    text += "\n";
  }
  return text;
}

/// A line over all dimensions, and one for each if there are several.
std::string summarise_error(const Evaluation& e) {
  if (!e.action_error) return "action error  none: no recorded states were held out\n";
  const ActionError& error = *e.action_error;
  const double relative = error.relative();
  const std::string share =
      std::isnan(relative) ? "" : fmt::format("; {:.1f} % of the actions' spread", 100.0 * relative);
  std::string text = fmt::format("action error  {:>8}  (root mean square over {} {}{})\n", number_text(error.rmse),
                                 error.states, e.states, share);
  if (error.dimensions.size() == 1) return text;
  for (std::size_t j = 0; j < error.dimensions.size(); ++j) {
    const std::string& unit = e.actions[j].unit;
    text += fmt::format("  {:<11} {:>8}{}  (spread {})\n", e.actions[j].name, number_text(error.dimensions[j]),
                        unit.empty() ? "" : " " + unit, number_text(error.spread[j]));
  }
  return text;
}

std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:.1f} %", 100.0 * share) : "-"; }

/// What the error compares with: lines of relative errors.
std::string summarise_offline(const Evaluation& e) {
  std::string text;
  if (e.action_error && e.action_error->chunk.rows() > 1) {
    const std::vector<double> positions = e.action_error->relative_by_position();
    text += fmt::format("  along chunk {} for the first action, {} for the last\n", percent(positions.front()),
                        percent(positions.back()));
  }
  if (e.references) {
    const ActionReferences& r = *e.references;
    text += fmt::format("  references  mean action {}, action of the nearest training state {}",
                        percent(r.mean_action.relative()), percent(r.nearest.relative()));
    if (r.repeated) text += fmt::format(", repeated states {} ({})", percent(*r.repeated), r.repeated_states);
    text += "\n";
  }
  if (e.energy_distance) {
    text += fmt::format("  energy      {} between sampled and recorded actions (0: the same distribution)\n",
                        percent(*e.energy_distance));
  }
  return text;
}

std::string summarise(const Evaluation& e, const std::vector<Variant>& variants) {
  std::string text;
  if (e.policy) {
    const std::string goal = e.goal.empty() ? "" : fmt::format(", goal {}", fmt::join(e.goal, ", "));
    text += fmt::format("{} episodes of {}, seed {}{}; 95 % intervals in brackets\n", e.episodes, e.env, e.seed, goal);
    text += summarise_actor("policy", *e.policy);
  }
  if (e.gap) {
    text += summarise_actor("expert", *e.expert);
    text += fmt::format("gap (paired)  {}\n", words(e.gap->mean, e.gap->ci95, 8));
  }
  if (e.demonstrator) {
    const Demonstrator& d = *e.demonstrator;
    text += fmt::format("demonstrator  {:>8}  (standard deviation {}, {} recorded episodes)\n", number_text(d.mean),
                        number_text(d.standard_deviation), d.episodes);
    text += fmt::format("gap to it     {}, from other starts\n", words(d.gap.mean, d.gap.ci95, 8));
  }
  text += summarise_metrics(e) + summarise_error(e) + summarise_offline(e);
  text += fmt::format("latency       {}\n", latency_words(e.latency));
  for (const Variant& variant : variants) {
    text += fmt::format("{}: ", fmt::join(variant.settings, " "));
    const Evaluation& v = variant.evaluation;
    if (v.policy) {
      text += v.gap ? fmt::format("gap {}, ", words(v.gap->mean, v.gap->ci95))
                    : fmt::format("return {}, ", words(v.policy->mean, v.policy->ci95));
      text += fmt::format("success {:.1f} %, smoothness {}, ", 100.0 * v.policy->success,
                          number_text(v.policy->smoothness));
      for (const auto& [name, value] : v.policy->metrics) {
        if (name != "action_jerk") text += fmt::format("{} {}, ", name, number_text(value));
      }
    }
    if (v.action_error) text += fmt::format("action error {}, ", number_text(v.action_error->rmse));
    text += fmt::format("{:.0f} us per prediction\n", v.latency.median_us);
  }
  return text;
}

}  // namespace fm

#include "libfm/study/study_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t profile_points = 101;

Json ends(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json{nullptr, nullptr};
}

Json estimate_json(const std::optional<Estimate>& estimate) {
  return estimate ? Json{{"mean", estimate->mean}, {"ci95", ends(estimate->interval)}} : Json();
}

Json score_json(const std::optional<GroupScore>& score) {
  if (!score) return {};
  Json json = estimate_json(score->mean);
  if (score->interquartile) {
    json["iqm"] = score->interquartile->mean;
    json["iqm_ci95"] = ends(score->interquartile->interval);
  }
  return json;
}

Json settings_json(const StudyGroup& group) {
  Json json = Json::object();
  for (const auto& [key, value] : group.settings) json[key] = value;
  return json;
}

Json run_json(const Study& study, const StudyRun& run) {
  const auto& result = run.result;
  return {{"name", run.name},
          {"directory", run.directory.string()},
          {"group", run.group},
          {"seed", run.experiment.seed},
          {"state", state_name(run.progress.state)},
          {"settings", settings_json(study.groups[run.group])},
          {"return", result ? estimate_json(result->mean_return) : Json()},
          {"gap", result ? estimate_json(result->gap) : Json()},
          {"success", result && result->success ? Json(*result->success) : Json()}};
}

Json group_json(const StudyGroup& group) {
  return {{"name", group.name},
          {"settings", settings_json(group)},
          {"runs", group.runs},
          {"counted", group.counted},
          {"return", score_json(group.mean_return)},
          {"gap", score_json(group.gap)},
          {"success", group.success ? Json(*group.success) : Json()}};
}

Json comparison_json(const Study& study, const GroupComparison& comparison) {
  const auto& difference = comparison.difference;
  const auto& improvement = comparison.improvement;
  return {{"a", comparison.group},
          {"b", study.baseline},
          {"metric", "return"},
          {"paired", difference.has_value()},
          {"difference", difference ? Json{{"mean", difference->mean}, {"ci95", ends(difference->interval)}} : Json()},
          {"improvement",
           improvement ? Json{{"probability", improvement->mean}, {"ci95", ends(improvement->interval)}} : Json()}};
}

/// The share of each group's runs above a threshold, with pointwise intervals.
Json profile_json(const std::vector<double>& scores, const std::vector<double>& thresholds) {
  Json json = {{"fractions", performance_profile(scores, thresholds)}};
  std::vector<double> low, high;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const auto share = [&](const Strata& s) { return performance_profile(s[0], std::span(&thresholds[i], 1))[0]; };
    const Interval interval = stratified_bootstrap({scores}, share, RandomStream(0, "profile"), {.resamples = 1000});
    low.push_back(interval.low);
    high.push_back(interval.high);
  }
  json["low"] = low;
  json["high"] = high;
  return json;
}

/// Null unless every group has several runs with a result.
Json profiles_json(const Study& study) {
  if (study.groups.size() > 1 && study.comparisons.empty()) return {};  // of different environments
  std::vector<double> all;
  for (const StudyGroup& group : study.groups) {
    const std::vector<double> returns = returns_of(study, group);
    if (returns.size() < 2) return {};
    all.insert(all.end(), returns.begin(), returns.end());
  }
  const auto [low, high] = std::ranges::minmax(all);
  std::vector<double> thresholds;
  for (std::size_t i = 0; i < profile_points; ++i) {
    thresholds.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(profile_points - 1));
  }
  Json groups = Json::array();
  for (const StudyGroup& group : study.groups) groups.push_back(profile_json(returns_of(study, group), thresholds));
  return {{"metric", "return"}, {"thresholds", thresholds}, {"groups", groups}};
}

}  // namespace

Json to_json(const Study& study) {
  Json sources = Json::array(), runs = Json::array(), groups = Json::array(), comparisons = Json::array();
  for (const auto& source : study.sources) sources.push_back(std::filesystem::absolute(source).string());
  for (const StudyRun& run : study.runs) runs.push_back(run_json(study, run));
  for (const StudyGroup& group : study.groups) groups.push_back(group_json(group));
  for (const GroupComparison& comparison : study.comparisons) comparisons.push_back(comparison_json(study, comparison));
  return {
      {"format_version", 1}, {"title", study.title}, {"sources", sources},         {"varied", study.varied},
      {"runs", runs},        {"groups", groups},     {"comparisons", comparisons}, {"profiles", profiles_json(study)}};
}

}  // namespace fm

#include "libfm/study/study.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"

#include <algorithm>
#include <map>

namespace fm {
namespace {

/// The configuration without what does not tell groups apart.
Experiment grouped(Experiment e) {
  const Experiment defaults;
  e.seed = defaults.seed;
  e.runs = defaults.runs;
  e.threads = defaults.threads;
  e.device = defaults.device;
  e.report = defaults.report;
  e.sweep = defaults.sweep;
  return e;
}

/// The keys in which runs differ, in the order of the configuration.
std::vector<std::string> varied_keys(const std::vector<StudyRun>& runs) {
  Experiment first = grouped(runs.front().experiment);
  std::vector<std::string> different;
  for (const StudyRun& run : runs) {
    for (const std::string& setting : differences(first, grouped(run.experiment))) {
      different.push_back(setting.substr(0, setting.find('=')));
    }
  }
  std::vector<std::string> keys;
  const ConfigField root = describe(first);
  for (const auto& [key, field] : all_fields(root)) {
    if (std::ranges::find(different, key) != different.end()) keys.push_back(key);
  }
  return keys;
}

std::vector<std::pair<std::string, std::string>> settings_of(Experiment e, const std::vector<std::string>& keys) {
  std::vector<std::pair<std::string, std::string>> settings;
  const ConfigField root = describe(e);
  for (const std::string& key : keys) settings.emplace_back(key, value_to_yaml(*find_field(root, key)));
  return settings;
}

std::string group_name(const StudyGroup& group, const Experiment& experiment) {
  std::string name;
  for (const auto& [key, value] : group.settings) name += (name.empty() ? "" : ", ") + key + "=" + value;
  return name.empty() ? experiment.name : name;
}

void make_groups(Study& study) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < study.runs.size(); ++i) {
    StudyRun& run = study.runs[i];
    const auto [found, is_new] = known.emplace(print_yaml(grouped(run.experiment)), study.groups.size());
    if (is_new) {
      StudyGroup group{.settings = settings_of(run.experiment, study.varied)};
      group.name = group_name(group, run.experiment);
      study.groups.push_back(std::move(group));
    }
    run.group = found->second;
    study.groups[run.group].runs.push_back(i);
  }
}

std::vector<std::size_t> counted_runs(const Study& study, const StudyGroup& group) {
  std::map<std::uint64_t, std::size_t> last;  // by seed
  for (const std::size_t i : group.runs) {
    if (study.runs[i].result) last[study.runs[i].experiment.seed] = i;
  }
  std::vector<std::size_t> counted;
  for (const auto& [seed, run] : last) counted.push_back(run);
  return counted;
}

/// @param estimates of the group's runs
GroupScore score_of(const std::vector<Estimate>& estimates, const RandomStream& stream) {
  if (estimates.size() == 1) return {estimates.front(), std::nullopt};
  Strata runs(1);
  for (const Estimate& e : estimates) runs[0].push_back(e.mean);
  const auto mean_of = [](const Strata& s) { return mean(s[0]); };
  const auto middle_of = [](const Strata& s) { return interquartile_mean(s[0]); };
  GroupScore score{Estimate{mean_of(runs), stratified_bootstrap(runs, mean_of, stream.child("mean"))}, std::nullopt};
  if (estimates.size() < 4) return score;
  score.interquartile = {middle_of(runs), stratified_bootstrap(runs, middle_of, stream.child("interquartile"))};
  return score;
}

void score(const Study& study, StudyGroup& group) {
  if (group.counted.empty()) return;
  const RandomStream stream(0, "study");
  std::vector<Estimate> returns, gaps;
  std::vector<double> success;
  for (const std::size_t run : group.counted) {
    const auto& result = study.runs[run].result;
    returns.push_back(result->mean_return);
    if (result->gap) gaps.push_back(*result->gap);
    if (result->success) success.push_back(*result->success);
  }
  group.mean_return = score_of(returns, stream.child("return"));
  if (gaps.size() == returns.size()) group.gap = score_of(gaps, stream.child("gap"));
  if (success.size() == returns.size()) group.success = mean(success);
}

/// What decides the starts of the episodes, and their goals.
std::string starts_of(const Experiment& e) {
  return fmt::format("{} {} {}", options_to_json(e.env).dump(), e.eval.seed, fmt::join(e.eval.goal, ","));
}

/// The returns of every run in both groups from the starts that all have; nothing if the starts differ, or if a run's returns
/// by start are not known.
std::optional<PairedDifference> difference(const Study& study, const StudyGroup& a, const StudyGroup& b) {
  std::size_t starts = SIZE_MAX;
  Strata returns[2];
  const std::string expected = starts_of(study.runs[a.runs.front()].experiment);
  for (int i = 0; i < 2; ++i) {
    const StudyGroup& group = i == 0 ? a : b;
    for (const std::size_t run : group.runs) {
      if (starts_of(study.runs[run].experiment) != expected) return std::nullopt;
    }
    for (const std::size_t run : group.counted) {
      returns[i].push_back(study.runs[run].result->returns);
      starts = std::min(starts, returns[i].back().size());
    }
  }
  if (starts == 0) return std::nullopt;
  for (Strata& group : returns) {
    for (auto& run : group) run.resize(starts);
  }
  return paired_difference(returns[0], returns[1], RandomStream(0, "difference"));
}

/// Whether all runs are of one environment, so that their returns can be compared.
bool has_one_environment(const Study& study) {
  const auto env_of = [](const StudyRun& run) { return options_to_json(run.experiment.env); };
  return std::ranges::all_of(study.runs,
                             [&](const StudyRun& run) { return env_of(run) == env_of(study.runs.front()); });
}

void compare(Study& study) {
  if (!has_one_environment(study)) return;
  const auto found = std::ranges::find_if(study.groups, [](const StudyGroup& group) { return !group.counted.empty(); });
  if (found == study.groups.end()) return;
  study.baseline = static_cast<std::size_t>(found - study.groups.begin());
  const StudyGroup& first = *found;
  const Strata baseline{returns_of(study, first)};
  for (std::size_t g = study.baseline + 1; g < study.groups.size(); ++g) {
    const Strata strata{returns_of(study, study.groups[g]), baseline[0]};
    if (strata[0].empty()) continue;
    GroupComparison comparison{.group = g, .difference = difference(study, study.groups[g], first)};
    if (std::min(strata[0].size(), strata[1].size()) > 1) {
      const auto improvement = [](const Strata& s) { return probability_of_improvement(s[0], s[1]); };
      comparison.improvement = {improvement(strata),
                                stratified_bootstrap(strata, improvement, RandomStream(0, "improvement"))};
    }
    study.comparisons.push_back(comparison);
  }
}

}  // namespace

std::vector<double> returns_of(const Study& study, const StudyGroup& group) {
  std::vector<double> returns;
  for (const std::size_t run : group.counted) returns.push_back(study.runs[run].result->mean_return.mean);
  return returns;
}

Study read_study(const std::vector<std::filesystem::path>& directories) {
  Study study{.sources = directories};
  for (const auto& directory : find_runs(directories)) {
    if (auto run = read_run(directory)) study.runs.push_back(std::move(*run));
  }
  if (study.runs.empty()) throw InputError("no run could be read");
  study.title = study.runs.front().experiment.name;
  study.varied = varied_keys(study.runs);
  make_groups(study);
  for (StudyGroup& group : study.groups) {
    group.counted = counted_runs(study, group);
    score(study, group);
  }
  compare(study);
  return study;
}

}  // namespace fm

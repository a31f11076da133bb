#include "libfm/experiment/tensorboard.hpp"

#include "libfm/config/config_field.hpp"
#include "libfm/config/print_config.hpp"
#include "libfm/config/yaml_value.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/tfevents.hpp"

#include <algorithm>
#include <chrono>

namespace fm {
namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// An events file with this ending, in place of earlier ones.
EventWriter replace_events(const std::filesystem::path& directory, const std::string& ending, double now) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("events.out.tfevents.") && name.ends_with(ending)) std::filesystem::remove(entry.path());
  }
  return {directory / fmt::format("events.out.tfevents.{:010d}.{}", static_cast<std::int64_t>(now), ending), now};
}

HyperParameter as_parameter(const std::string& yaml) {
  if (yaml == "true" || yaml == "false") return yaml == "true";
  if (is_number_text(yaml)) return std::strtod(yaml.c_str(), nullptr);
  return yaml;
}

/// The settings that differ from the defaults, and the seed. Paths and what concerns the machine are left out.
std::map<std::string, HyperParameter> parameters_of(const Experiment& e) {
  std::map<std::string, HyperParameter> parameters = {{"seed", static_cast<double>(e.seed)}};
  for (const std::string& setting : differences(Experiment(), e)) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    if (key == "runs" || key == "threads" || key == "device" || key.starts_with("report.") || key == "data.files" ||
        key == "policy.teacher" || key == "train.init" || key == "expert.policy.from" ||
        key == "env.gymnasium.python") {
      continue;
    }
    parameters[key] = as_parameter(setting.substr(equals + 1));
  }
  return parameters;
}

/// The executed actions of each dimension, in all recorded episodes.
void write_actions(EventWriter& events, double now, const std::string& who, const std::vector<Episode>& episodes,
                   const std::vector<Dimension>& dimensions) {
  for (std::size_t j = 0; j < dimensions.size(); ++j) {
    std::vector<double> values;
    for (const Episode& episode : episodes) {
      const auto column = episode.actions.col(static_cast<Eigen::Index>(j));
      values.insert(values.end(), column.begin(), column.end());
    }
    if (!values.empty()) events.histogram(0, now, fmt::format("actions/{}/{}", dimensions[j].name, who), values);
  }
}

}  // namespace

void write_evaluation_events(const std::filesystem::path& directory, const Experiment& experiment,
                             const Evaluation& evaluation) {
  const double now = seconds_since_1970();
  EventWriter events = replace_events(directory, "evaluation", now);
  const auto scalar = [&](const std::string& name, double value) { events.scalar(0, now, "eval/" + name, value); };
  if (const auto& policy = evaluation.policy) {
    scalar("return", policy->mean);
    scalar("success", policy->success);
    scalar("smoothness", policy->smoothness);
    for (const auto& [name, value] : policy->metrics) scalar(name, value);
  }
  if (evaluation.gap) scalar("gap", evaluation.gap->mean);
  if (evaluation.expert) scalar("expert_return", evaluation.expert->mean);
  if (evaluation.action_error) scalar("action_error", evaluation.action_error->rmse);
  for (const auto& [name, value] : evaluation.model_metrics) scalar(name, value);
  write_actions(events, now, "policy", evaluation.policy_episodes, evaluation.actions);
  write_actions(events, now, "expert", evaluation.expert_episodes, evaluation.actions);
  events.hyper_parameters(now, parameters_of(experiment));
}

void write_figure_events(const std::filesystem::path& directory) {
  if (!std::filesystem::is_directory(directory / "figures")) return;
  const double now = seconds_since_1970();
  EventWriter events = replace_events(directory, "figures", now);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "figures")) {
    if (entry.path().extension() == ".png") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    if (const auto png = as_png(read_file(file, 1 << 26)))
      events.image(0, now, "figures/" + file.stem().string(), *png);
  }
}

}  // namespace fm

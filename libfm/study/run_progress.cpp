#include "libfm/study/run_progress.hpp"

#include "libfm/core/atomic_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>

namespace fm {
namespace {

using Json = nlohmann::json;

/// The numbers of the newest lines of metrics.jsonl: for each name the last one.
Json newest_metrics(const std::filesystem::path& folder) {
  constexpr std::streamoff tail = 1 << 16;
  Json newest = Json::object();
  if (!std::filesystem::is_regular_file(folder / "metrics.jsonl")) return newest;
  std::ifstream in(folder / "metrics.jsonl", std::ios::binary);
  in.seekg(0, std::ios::end);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : 0;
  in.seekg(std::max<std::streamoff>(0, size - tail));
  for (std::string text; std::getline(in, text);) {
    const Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (line.is_object()) newest.update(line);
  }
  return newest;
}

std::optional<double> number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

double fraction_of(double done, double total) { return total > 0.0 ? std::clamp(done / total, 0.0, 1.0) : 0.0; }

void read_imitation(const std::filesystem::path& folder, const Experiment& e, RunProgress& progress) {
  const Json metrics = newest_metrics(folder);
  if (metrics.empty()) return;
  progress.state = RunState::trained_in_part;
  progress.loss = number(metrics, "train_loss");
  progress.mean_return = number(metrics, "rollout_return");
  progress.fraction = e.train.steps > 0
                          ? fraction_of(number(metrics, "step").value_or(0.0), static_cast<double>(e.train.steps))
                          : fraction_of(number(metrics, "epoch").value_or(0.0), e.train.epochs);
}

void read_reinforcement(const std::filesystem::path& run, const Experiment& e, RunProgress& progress) {
  const Json metrics = newest_metrics(run);
  if (metrics.empty()) return;
  progress.state = RunState::reinforced_in_part;
  progress.loss = number(metrics, "policy_loss");
  progress.mean_return = number(metrics, "exploring_return");
  progress.fraction = fraction_of(number(metrics, "step").value_or(0.0), static_cast<double>(e.rl.steps));
}

/// The value at a path of keys; null if it is not there.
Json value_at(Json json, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!json.is_object() || !json.contains(key)) return {};
    json = Json(json[key]);
  }
  return json;
}

void read_evaluation(const std::filesystem::path& run, RunProgress& progress) {
  if (!std::filesystem::is_regular_file(run / "evaluation.json")) return;
  const Json json = Json::parse(read_file(run / "evaluation.json", 1 << 28), nullptr, /*allow_exceptions=*/false);
  const Json mean = value_at(json, {"policy", "return", "mean"});
  progress.state = RunState::evaluated;
  progress.fraction = 1.0;
  if (mean.is_number()) progress.mean_return = mean.get<double>();
}

}  // namespace

RunProgress read_progress(const std::filesystem::path& run, const Experiment& e) {
  RunProgress progress;
  if (std::filesystem::exists(run / "data.h5")) progress.state = RunState::collected;
  read_imitation(e.rl.is_used() ? run / "imitation" : run, e, progress);
  if (e.rl.is_used()) read_reinforcement(run, e, progress);
  read_evaluation(run, progress);
  return progress;
}

bool is_finished(const std::filesystem::path& run, const Experiment& e) {
  return std::filesystem::exists(run / "evaluation.json") &&
         (!e.report.figures || std::filesystem::exists(run / "report.html"));
}

const char* state_name(RunState state) {
  switch (state) {
    case RunState::evaluated:
      return "evaluated";
    case RunState::trained_in_part:
    case RunState::reinforced_in_part:
      return "trained";
    case RunState::collected:
      return "collected";
    default:
      return "begun";
  }
}

std::string stage_words(const RunProgress& progress) {
  switch (progress.state) {
    case RunState::begun:
      return "collect";
    case RunState::collected:
      return "train";
    case RunState::trained_in_part:
      return progress.fraction < 1.0 ? "train" : "evaluate";
    case RunState::reinforced_in_part:
      return progress.fraction < 1.0 ? "reinforce" : "evaluate";
    default:
      return "report";
  }
}

}  // namespace fm

#include "libfm/train/metrics_log.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace fm {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// The complete lines of a metrics file up to a step; a truncated last line is skipped.
std::vector<nlohmann::json> read_lines(const std::filesystem::path& file, std::int64_t last_step) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    const nlohmann::json line = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (line.is_object() && line.value("step", last_step + 1) <= last_step) lines.push_back(line);
  }
  return lines;
}

/// The name in TensorBoard, whose groups are the parts before a slash: rollout/gap, train/loss, rl/kl.
std::string tag_of(const std::string& name, const nlohmann::json& line) {
  if (name.starts_with("rollout_")) return "rollout/" + name.substr(8);
  if (line.contains("iteration")) return "rl/" + name;
  return name == "train_loss" ? "train/loss" : "train/" + name;
}

void remove_events(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("events.out.tfevents.") && name.ends_with(".libfm")) std::filesystem::remove(entry.path());
  }
}

}  // namespace

MetricsLog::MetricsLog(const std::filesystem::path& directory, std::int64_t step) : file_(directory / "metrics.jsonl") {
  const std::vector<nlohmann::json> kept = read_lines(file_, step);
  std::string text;
  for (const nlohmann::json& line : kept) text += line.dump() + "\n";
  write_file_atomically(file_, text);
  lines_.open(file_, std::ios::app);

  remove_events(directory);
  const double begin = kept.empty() ? now() : kept.front().value("time", now());
  events_.emplace(directory / fmt::format("events.out.tfevents.{:010d}.libfm", static_cast<std::int64_t>(begin)),
                  begin);
  for (const nlohmann::json& line : kept) to_events(line);
}

std::vector<double> MetricsLog::column(const std::string& name) const {
  std::vector<double> values;
  for (const nlohmann::json& line : read_lines(file_, std::numeric_limits<std::int64_t>::max() - 1)) {
    const auto found = line.find(name);
    if (found != line.end() && found->is_number()) values.push_back(found->get<double>());
  }
  return values;
}

void MetricsLog::write(const nlohmann::json& metrics) {
  nlohmann::json line = metrics;
  line["time"] = now();
  lines_ << line.dump() << std::endl;
  if (!lines_) throw_machine_error("{}: cannot be written (is the disk full?)", file_.string());
  to_events(line);
}

void MetricsLog::to_events(const nlohmann::json& metrics) {
  for (const auto& [name, value] : metrics.items()) {
    if (name == "step" || name == "time" || !value.is_number()) continue;
    events_->scalar(metrics.at("step"), metrics.value("time", 0.0), tag_of(name, metrics), value);
  }
}

}  // namespace fm

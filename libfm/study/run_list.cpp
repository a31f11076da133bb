#include "libfm/study/run_list.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/number_text.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/study/study_runs.hpp"
#include "libfm/study/sweep_directory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fm {
namespace {

using Row = std::vector<std::string>;

/// Of all files below; a file that other folders have too (hard links) counts its share.
double megabytes(const std::filesystem::path& folder) {
  double bytes = 0.0;
  std::error_code vanished;  // a temporary file or folder of a run that goes on
  std::filesystem::recursive_directory_iterator entry(
      folder, std::filesystem::directory_options::skip_permission_denied, vanished);
  for (; entry != std::filesystem::recursive_directory_iterator(); entry.increment(vanished)) {
    std::error_code none;
    if (!entry->is_regular_file(none)) continue;
    const auto size = static_cast<double>(entry->file_size(none));
    const auto links = static_cast<double>(entry->hard_link_count(none));
    if (!none) bytes += size / links;
  }
  return bytes / 1e6;
}

std::string text(const std::optional<Estimate>& estimate) {
  if (!estimate) return "";
  if (!estimate->interval) return number_text(estimate->mean);
  return number_text_within(estimate->mean, (estimate->interval->high - estimate->interval->low) / 2.0);
}

/// When the run began, in UTC; empty if that is not recorded.
std::string begin_of(const std::filesystem::path& run) {
  if (!std::filesystem::is_regular_file(run / "provenance.json")) return "";
  const auto origin = read_provenance(run);
  const auto started = origin.find("started");
  return started != origin.end() && started->is_string() ? started->get<std::string>() : "";
}

std::string state_text(const RunProgress& progress) {
  if (progress.state == RunState::evaluated) return "evaluated";
  const std::string stage = stage_words(progress);
  return progress.fraction > 0.0 && progress.fraction < 1.0
             ? fmt::format("{}: {:.0f} %", stage, 100.0 * progress.fraction)
             : "before " + stage;
}

std::optional<Row> run_row(const std::filesystem::path& directory, const std::string& name) {
  const auto run = read_run(directory);
  if (!run) return std::nullopt;
  const auto& result = run->result;
  return Row{name,
             begin_of(directory),
             state_text(run->progress),
             result ? text(result->mean_return) : "",
             result ? text(result->gap) : "",
             fmt::format("{:.1f}", megabytes(directory))};
}

Row sweep_row(const std::filesystem::path& directory, const std::string& name) {
  const Experiment sweep = read_sweep(directory);
  const std::vector<std::string> members = member_names(sweep_points(sweep.sweep));
  const auto done = std::ranges::count_if(members, [&](const std::string& member) {
    return std::filesystem::exists(directory / member / "evaluation.json");
  });
  const auto first = directory / members.front();
  return {name,
          begin_of(first),
          fmt::format("{} of {} runs", done, members.size()),
          "",
          "",
          fmt::format("{:.1f}", megabytes(directory))};
}

/// Nothing, with a warning, if what is there cannot be read.
std::optional<Row> row_of(const std::filesystem::path& directory, const std::string& name) {
  try {
    if (is_sweep(directory)) return sweep_row(directory, name);
    if (std::filesystem::exists(directory / "config.yaml")) return run_row(directory, name);
  } catch (const InputError& e) {
    spdlog::warn("{}: is left out: {}", name, e.what());
  }
  return std::nullopt;
}

}  // namespace

Table list_runs(const std::filesystem::path& runs) {
  if (!std::filesystem::is_directory(runs)) throw_input_error("{}: is not a directory", runs.string());
  Table table{{"run", "begun", "state", "return", "gap", "MB"}, {}};
  for (const auto& experiment : std::filesystem::directory_iterator(runs)) {
    if (!experiment.is_directory() || experiment.path().filename() == "cache") continue;
    std::error_code closed;
    for (const auto& entry : std::filesystem::directory_iterator(
             experiment.path(), std::filesystem::directory_options::skip_permission_denied, closed)) {
      const auto name = (experiment.path().filename() / entry.path().filename()).string();
      if (auto row = row_of(entry.path(), name)) table.rows.push_back(std::move(*row));
    }
  }
  if (table.rows.empty()) {
    spdlog::info("{}: there are no runs in the folders of this folder, which should be the experiments' `runs`",
                 runs.string());
  }
  std::ranges::sort(table.rows, {}, [](const Row& row) { return row[1]; });
  return table;
}

}  // namespace fm

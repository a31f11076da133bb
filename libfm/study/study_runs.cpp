#include "libfm/study/study_runs.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/study/sweep_directory.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace fm {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 3;  ///< levels of folders that are searched for runs

void add_runs(const std::filesystem::path& directory, int level, std::vector<std::filesystem::path>& runs) {
  if (std::filesystem::exists(directory / "config.yaml")) return runs.push_back(directory);
  if (level == deepest || directory.filename() == "cache") return;
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.is_directory() && !entry.is_symlink()) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  for (const auto& folder : folders) add_runs(folder, level + 1, runs);
}

/// A sweep's runs in the order of its members.
std::vector<std::filesystem::path> runs_of_sweep(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> runs;
  const Experiment sweep = read_sweep(directory);
  for (const std::string& name : member_names(sweep_points(sweep.sweep))) {
    if (std::filesystem::exists(directory / name / "config.yaml")) runs.push_back(directory / name);
  }
  return runs;
}

std::optional<Estimate> estimate(const Json& json) {
  if (!json.is_object() || !json.contains("mean") || !json["mean"].is_number()) return std::nullopt;
  Estimate result{json["mean"].get<double>(), std::nullopt};
  const Json ends = json.value("ci95", Json());
  if (ends.is_array() && ends.size() == 2 && ends[0].is_number() && ends[1].is_number()) {
    result.interval = {ends[0].get<double>(), ends[1].get<double>()};
  }
  return result;
}

/// @throws InputError if a file is damaged
std::optional<RunResult> read_result(const std::filesystem::path& run) {
  const auto file = run / "evaluation.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  const Json json = Json::parse(read_file(file, 1 << 28), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw_input_error("{}: is damaged: it is not a JSON object", file.string());
  const Json policy = json.value("policy", Json());
  const auto mean_return = policy.is_object() ? estimate(policy.value("return", Json())) : std::nullopt;
  if (!mean_return) return std::nullopt;  // evaluated without an environment
  RunResult result{*mean_return, estimate(json.value("gap", Json())), std::nullopt, {}};
  if (const Json success = policy.value("success", Json()); success.is_number()) result.success = success.get<double>();
  if (!std::filesystem::exists(run / "evaluation.h5")) return result;  // large, and not needed for the statistics
  const Hdf5Reader episodes(run / "evaluation.h5");
  result.returns = episodes.numbers("/policy/returns");
  if (result.returns.empty()) episodes.fail("/policy/returns", "is empty");
  return result;
}

}  // namespace

std::vector<std::filesystem::path> find_runs(const std::vector<std::filesystem::path>& directories) {
  std::vector<std::filesystem::path> runs;
  for (const auto& given : directories) {
    const auto directory = std::filesystem::absolute(given).lexically_normal();
    if (!std::filesystem::is_directory(directory)) throw_input_error("{}: is not a directory", given.string());
    const std::size_t before = runs.size();
    if (is_sweep(directory)) {
      for (auto& run : runs_of_sweep(directory)) runs.push_back(std::move(run));
    } else {
      add_runs(directory, 0, runs);
    }
    if (runs.size() == before) throw_input_error("{}: contains no run directory", given.string());
  }
  std::set<std::filesystem::path> known;
  std::erase_if(runs, [&](const auto& run) { return !known.insert(std::filesystem::weakly_canonical(run)).second; });
  return runs;
}

std::optional<StudyRun> read_run(const std::filesystem::path& directory) {
  try {
    StudyRun run{.directory = directory, .name = directory.filename().string()};
    run.experiment = read_configuration(directory / "config.yaml");
    run.progress = read_progress(directory, run.experiment);
    run.result = read_result(directory);
    return run;
  } catch (const InputError& e) {
    spdlog::warn("{}: is left out: {}", directory.string(), e.what());
    return std::nullopt;
  }
}

}  // namespace fm

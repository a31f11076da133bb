#include "libfm/experiment/run_directory.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/provenance.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace fm {
namespace {

std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm time{};
  localtime_r(&now, &time);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &time);
  return text;
}

/// Creates a new folder; appends -2, -3 ... to its name if it exists, as for runs that begin in the same second.
std::filesystem::path create_new(const std::filesystem::path& wanted) {
  std::filesystem::create_directories(wanted.parent_path());
  for (int i = 1;; ++i) {
    std::filesystem::path path = wanted;
    if (i > 1) path += fmt::format("-{}", i);
    if (std::filesystem::create_directory(path)) return path;
  }
}

LastStage last_stage_of(const nlohmann::ordered_json& provenance, const std::filesystem::path& path) {
  const auto found = provenance.find("last_stage");
  if (found != provenance.end() && *found == "train") return LastStage::train;
  if (found != provenance.end() && *found == "report") return LastStage::report;
  throw_input_error("{}: is damaged: its last_stage is neither 'train' nor 'report'",
                    (path / "provenance.json").string());
}

/// @throws InputError if config.yaml was edited since the run began
void check_unchanged(const Experiment& read, const nlohmann::ordered_json& provenance,
                     const std::filesystem::path& path) {
  std::string changes;
  for (const char* key : {"previous_configuration", "configuration"}) {
    const auto found = provenance.find(key);
    if (found == provenance.end()) continue;
    const auto before = options_from_json<Experiment>(*found, (path / "provenance.json").string());
    const std::vector<std::string> settings = differences(before, read);
    if (settings.empty()) return;
    changes = fmt::format("{}", fmt::join(settings, ", "));
  }
  if (changes.empty()) return;  // a run of an older version, which did not record its configuration
  throw_input_error(
      "{}: differs from the configuration that the run began with, which {} recorded: {}; undo the edit, begin a new "
      "run "
      "with it, or, to train longer, use fm resume {} train.epochs=N",
      (path / "config.yaml").string(), (path / "provenance.json").string(), changes, path.string());
}

/// After a kill during a change, keeps the configuration that config.yaml has.
void settle(const Experiment& experiment, nlohmann::ordered_json provenance, const std::filesystem::path& path) {
  provenance["configuration"] = options_to_json(experiment);
  provenance.erase("previous_configuration");
  write_provenance(path, provenance);
}

void check_changeable(const std::string& setting) {
  for (const char* key : {"train.epochs=", "train.steps=", "train.patience=", "threads=", "device="}) {
    if (setting.starts_with(key)) return;
  }
  throw_input_error(
      "{}: cannot be changed in a run; fm resume changes train.epochs, train.steps, train.patience, threads and device",
      setting);
}

/// Moves the results of the evaluation to evaluations/NAME; figures and the report are drawn anew from what follows.
void set_results_aside(const std::filesystem::path& run, const std::string& name) {
  const std::filesystem::path folder = run / "evaluations" / name;
  for (const char* file : {"evaluation.h5", "summary.txt", "report.html", "figures", "evaluation.json"}) {
    if (!std::filesystem::exists(run / file)) continue;
    std::filesystem::create_directories(folder);
    if (std::filesystem::exists(folder / file)) std::filesystem::remove_all(folder / file);
    std::filesystem::rename(run / file, folder / file);
  }
}

}  // namespace

RunDirectory RunDirectory::create(const Experiment& experiment, LastStage last_stage) {
  const std::string config = print_yaml(experiment);
  const std::string name = fmt::format("{}_s{}_{}", local_time(), experiment.seed, hash_text(config).substr(0, 6));
  const auto runs = std::filesystem::absolute(experiment.runs).lexically_normal();
  const std::filesystem::path path = create_new(runs / experiment.name / name);
  nlohmann::ordered_json origin = provenance(experiment);
  origin["last_stage"] = last_stage == LastStage::train ? "train" : "report";
  write_provenance(path, origin);
  write_file_atomically(path / "config.yaml", config);
  RunDirectory run(path, last_stage, IfUsed::refuse);
  run.experiment_ = experiment;
  return run;
}

std::filesystem::path create_demo_directory(const Experiment& experiment) {
  const auto runs = std::filesystem::absolute(experiment.runs).lexically_normal();
  return create_new(runs / experiment.name / (local_time() + "_demo"));
}

RunDirectory RunDirectory::open(const std::filesystem::path& given, IfUsed if_used) {
  const auto path = std::filesystem::absolute(given).lexically_normal();
  if (!std::filesystem::exists(path / "config.yaml")) {
    throw_input_error("{}: is not a run directory (it contains no config.yaml)", given.string());
  }
  const nlohmann::ordered_json origin = read_provenance(path);
  RunDirectory run(path, last_stage_of(origin, path), if_used);
  run.experiment_ = read_experiment(path / "config.yaml", {});
  check_unchanged(run.experiment_, origin, path);
  if (origin.contains("previous_configuration")) settle(run.experiment_, origin, path);
  return run;
}

RunDirectory::RunDirectory(std::filesystem::path path, LastStage last_stage, IfUsed if_used)
    : path_(std::move(path)), last_stage_(last_stage), lock_(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC) {
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  if (if_used == IfUsed::refuse) {
    throw_input_error("{}: another process is using this run directory", path_.string());
  }
  spdlog::info("waiting for another process that is using {}", path_.string());
  flock(lock_.get(), LOCK_EX);
}

void RunDirectory::change(const std::vector<std::string>& overrides) {
  Experiment changed = experiment_;
  apply_overrides(changed, overrides);
  const std::vector<std::string> settings = differences(experiment_, changed);
  if (settings.empty()) return;
  for (const std::string& setting : settings) check_changeable(setting);
  const auto refuse_fewer = [](const char* key, std::int64_t wanted, std::int64_t before) {
    if (wanted >= before) return;
    throw_input_error("{}: {} is fewer than the run's {}; a run can only be made longer", key, wanted, before);
  };
  refuse_fewer("train.epochs", changed.train.epochs, experiment_.train.epochs);
  refuse_fewer("train.steps", changed.train.steps, experiment_.train.steps);
  // config.yaml agrees with one of the two configurations after a kill at any point.
  nlohmann::ordered_json origin = read_provenance(path_);
  const nlohmann::json before = options_to_json(experiment_);
  origin["configuration"] = options_to_json(changed);
  origin["previous_configuration"] = before;
  write_provenance(path_, origin);
  if (std::ranges::any_of(settings, [](const std::string& setting) { return setting.starts_with("train."); })) {
    std::vector<std::string> former = differences(changed, experiment_);
    std::erase_if(former, [](const std::string& setting) { return !setting.starts_with("train."); });
    set_results_aside(path_, fmt::format("{}", fmt::join(former, ",")));
  }
  write_file_atomically(path_ / "config.yaml", print_yaml(changed));
  origin.erase("previous_configuration");
  origin["changed_to"].push_back(settings);
  write_provenance(path_, origin);
  experiment_ = changed;
}

}  // namespace fm

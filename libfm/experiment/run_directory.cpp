#include "libfm/experiment/run_directory.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/folder_lock.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/nn/device.hpp"

#include <fcntl.h>

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
      "run with it, or, to train longer, use fm resume {} train.epochs=N",
      (path / "config.yaml").string(), (path / "provenance.json").string(), changes, path.string());
}

/// After a kill during a change, keeps the configuration that config.yaml has.
void settle(const Experiment& experiment, nlohmann::ordered_json provenance, const std::filesystem::path& path) {
  provenance["configuration"] = options_to_json(experiment);
  provenance.erase("previous_configuration");
  write_provenance(path, provenance);
}

void check_length(const TrainOptions& before, const TrainOptions& wanted) {
  const bool by_steps = before.steps > 0;
  if (by_steps ? wanted.epochs != before.epochs : wanted.steps != before.steps) {
    throw_input_error("{}: has no meaning in this run, whose length is {}", by_steps ? "train.epochs" : "train.steps",
                      by_steps ? "train.steps" : "train.epochs");
  }
  if (wanted.epochs >= before.epochs && wanted.steps >= before.steps) return;
  throw_input_error("{}: {} is fewer than the run's {}; a run can only be made longer",
                    by_steps ? "train.steps" : "train.epochs", by_steps ? wanted.steps : wanted.epochs,
                    by_steps ? before.steps : before.epochs);
}

void check_changeable(const std::string& setting) {
  if (is_changeable(setting)) return;
  throw_input_error(
      "{}: cannot be changed in a run; fm resume changes train.epochs, train.steps, train.patience, rl.steps, "
      "rl.target_return, threads and device",
      setting);
}

/// Settings of a stage that the run does not have, or that is over.
void check_stage(const Experiment& e, const std::string& setting, bool reinforces) {
  if (setting.starts_with("rl.") && !e.rl.is_used()) {
    throw_input_error("{}: this run has no reinforcement learning", setting);
  }
  if (!setting.starts_with("train.")) return;
  if (!e.imitates()) throw_input_error("{}: this run has no imitation", setting);
  if (reinforces) {
    throw_input_error("{}: the imitation is over, and its policy has been reinforced since; raise rl.steps", setting);
  }
}

}  // namespace

bool is_changeable(const std::string& setting) {
  for (const char* key :
       {"train.epochs=", "train.steps=", "train.patience=", "rl.steps=", "rl.target_return=", "threads=", "device="}) {
    if (setting.starts_with(key)) return true;
  }
  return false;
}

std::filesystem::path runs_folder(const Experiment& e) {
  return std::filesystem::absolute(e.runs).lexically_normal() / e.name;
}

std::filesystem::path create_timed_directory(const std::filesystem::path& folder, const std::string& before,
                                             const std::string& behind) {
  return create_new(folder / (before + local_time() + behind));
}

RunDirectory RunDirectory::create(const Experiment& e, LastStage last_stage) {
  const std::string ending = fmt::format("_s{}_{}", e.seed, hash_text(print_yaml(e)).substr(0, 6));
  return create_at(create_timed_directory(runs_folder(e), "", ending), e, last_stage);
}

RunDirectory RunDirectory::create_at(const std::filesystem::path& path, const Experiment& experiment,
                                     LastStage last_stage) {
  std::filesystem::create_directories(path);
  nlohmann::ordered_json origin = provenance(experiment);
  origin["last_stage"] = last_stage == LastStage::train ? "train" : "report";
  write_provenance(path, origin);
  write_file_atomically(path / "config.yaml", print_yaml(experiment));
  RunDirectory run(path, last_stage, IfUsed::refuse);
  run.experiment_ = experiment;
  return run;
}

std::filesystem::path create_demo_directory(const Experiment& experiment) {
  return create_timed_directory(runs_folder(experiment), "", "_demo");
}

RunDirectory RunDirectory::open(const std::filesystem::path& given, IfUsed if_used) {
  const auto path = std::filesystem::absolute(given).lexically_normal();
  if (!std::filesystem::exists(path / "config.yaml")) {
    throw_input_error("{}: is not a run directory (it contains no config.yaml)", given.string());
  }
  RunDirectory run(path, LastStage::report, if_used);
  const nlohmann::ordered_json origin = read_provenance(path);
  run.last_stage_ = last_stage_of(origin, path);
  run.experiment_ = read_recorded(path / "config.yaml");
  check_unchanged(run.experiment_, origin, path);
  if (origin.contains("previous_configuration")) settle(run.experiment_, origin, path);
  return run;
}

RunDirectory::RunDirectory(std::filesystem::path path, LastStage last_stage, IfUsed if_used)
    : path_(std::move(path)), last_stage_(last_stage), lock_(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC) {
  if (if_used == IfUsed::wait) {
    wait_for_lock(lock_, fmt::format("waiting for another process that is using {}", path_.string()));
  } else if (!try_lock(lock_)) {
    throw_input_error("{}: another process is using this run directory", path_.string());
  }
}

void RunDirectory::change(const std::vector<std::string>& overrides) {
  Experiment changed = experiment_;
  apply_overrides(changed, overrides);
  const std::vector<std::string> settings = differences(experiment_, changed);
  if (settings.empty()) return;
  const bool reinforces = experiment_.rl.is_used() && std::filesystem::exists(last_checkpoint());
  for (const std::string& setting : settings) {
    check_changeable(setting);
    check_stage(experiment_, setting, reinforces);
  }
  check_length(experiment_.train, changed.train);
  if (changed.rl.steps < experiment_.rl.steps) {
    throw_input_error("rl.steps: {} is fewer than the run's {}; a run can only be made longer", changed.rl.steps,
                      experiment_.rl.steps);
  }
  check_device(changed.device);
  // config.yaml agrees with one of the two configurations after a kill at any point.
  nlohmann::ordered_json origin = read_provenance(path_);
  const nlohmann::json before = options_to_json(experiment_);
  origin["configuration"] = options_to_json(changed);
  origin["previous_configuration"] = before;
  write_provenance(path_, origin);
  write_file_atomically(path_ / "config.yaml", print_yaml(changed));
  origin.erase("previous_configuration");
  origin["changed_to"].push_back(settings);
  write_provenance(path_, origin);
  experiment_ = changed;
}

}  // namespace fm

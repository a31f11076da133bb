#include "libfm/experiment/run_directory.hpp"

#include "libfm/config/print_config.hpp"
#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/experiment/provenance.hpp"

#include <fcntl.h>
#include <sys/file.h>

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

}  // namespace

RunDirectory RunDirectory::create(const Experiment& experiment, LastStage last_stage) {
  const std::string config = print_yaml(experiment);
  const std::string name = fmt::format("{}_s{}_{}", local_time(), experiment.seed, hash_text(config).substr(0, 6));
  const auto runs = std::filesystem::absolute(experiment.runs).lexically_normal();
  const std::filesystem::path path = create_new(runs / experiment.name / name);
  nlohmann::ordered_json origin = provenance(experiment);
  origin["last_stage"] = last_stage == LastStage::train ? "train" : "report";
  write_file_atomically(path / "provenance.json", origin.dump(2) + "\n");
  write_file_atomically(path / "config.yaml", config);
  return {path, experiment, last_stage};
}

std::filesystem::path create_demo_directory(const Experiment& experiment) {
  const auto runs = std::filesystem::absolute(experiment.runs).lexically_normal();
  return create_new(runs / experiment.name / (local_time() + "_demo"));
}

RunDirectory RunDirectory::open(const std::filesystem::path& given) {
  const auto path = std::filesystem::absolute(given).lexically_normal();
  if (!std::filesystem::exists(path / "config.yaml")) {
    throw_input_error("{}: is not a run directory (it contains no config.yaml)", given.string());
  }
  Experiment experiment = read_experiment(path / "config.yaml", {});
  const auto origin = nlohmann::json::parse(read_file(path / "provenance.json", 1 << 20), nullptr, false);
  const bool train_only = origin.is_object() && origin.value("last_stage", "report") == "train";
  return {path, std::move(experiment), train_only ? LastStage::train : LastStage::report};
}

RunDirectory::RunDirectory(std::filesystem::path path, Experiment experiment, LastStage last_stage)
    : path_(std::move(path)), experiment_(std::move(experiment)), last_stage_(last_stage),
      lock_(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC) {
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw_input_error("{}: another process is using this run directory", path_.string());
  }
}

}  // namespace fm

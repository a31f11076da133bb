#include "libfm/experiment/pipeline.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/provenance.hpp"
#include "libfm/experiment/reinforcement.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/tensorboard.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/matmul_rate.hpp"

#include <nlohmann/json.hpp>

namespace fm {
namespace {

/// Adds the hash of the data to provenance.json, once the data exist.
void record_data_hash(const RunDirectory& run) {
  nlohmann::ordered_json origin = read_provenance(run.path());
  if (origin.contains("data_hash")) return check_data(run);
  origin["data_hash"] = hash_file(run.data());
  write_provenance(run.path(), origin);
}

/// Whether evaluation.json is of the best checkpoint. An earlier one, of a run that has been trained on since, is moved
/// to evaluations/ with everything that was made from it; evaluation.json first, so that a kill leaves no half of it.
bool has_evaluation(const RunDirectory& run) {
  const std::filesystem::path& path = run.path();
  if (!std::filesystem::exists(path / "evaluation.json")) return false;
  const auto json = nlohmann::json::parse(read_file(path / "evaluation.json", 1 << 28), nullptr, false);
  const std::string hash = json.is_object() && json.contains("checkpoint_hash") && json["checkpoint_hash"].is_string()
                               ? json["checkpoint_hash"].get<std::string>()
                               : "";
  if (hash.empty() || hash == hash_file(run.best_checkpoint())) return true;
  const std::filesystem::path folder = path / "evaluations" / ("checkpoint_" + hash.substr(0, 8));
  std::filesystem::create_directories(folder);
  for (const char* name : {"evaluation.json", "evaluation.h5", "summary.txt", "report.html", "figures"}) {
    if (!std::filesystem::exists(path / name)) continue;
    std::filesystem::remove_all(folder / name);
    std::filesystem::rename(path / name, folder / name);
  }
  return false;
}

}  // namespace

void use_machine(const Experiment& experiment) {
  use_threads(experiment.threads);
  use_memory(experiment);
  const c10::Device device = find_device(experiment.device);
  spdlog::info("device: {}; float32 matrix products on the CPU: {:.0f} GFLOP/s", describe_device(device),
               matmul_rate());
}

void check_data(const RunDirectory& run) {
  const nlohmann::ordered_json origin = read_provenance(run.path());
  const auto recorded = origin.find("data_hash");
  if (recorded == origin.end() || !std::filesystem::exists(run.data()) || *recorded == hash_file(run.data())) return;
  throw_input_error("{}: is not the file that this run has begun with (provenance.json has its hash); restore it",
                    run.data().string());
}

std::string summary_of(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "summary.txt";
  return std::filesystem::exists(file) ? read_file(file, 1 << 20) : "";
}

std::string run_stages(const RunDirectory& run) {
  const auto& path = run.path();
  if (run.experiment().imitates()) {
    prepare_teacher(run);
    prepare_data(run);
    record_data_hash(run);
    train(run);
  }
  if (run.experiment().rl.is_used()) reinforce(run);
  if (run.last_stage() == LastStage::train) {
    spdlog::info("{}: is trained; to evaluate it: fm eval {}", run.experiment().name, path.string());
    return "";
  }
  const bool evaluated = has_evaluation(run);
  if (!evaluated) {
    evaluate_into(path, {.checkpoint = run.best_checkpoint(), .experiment = run.experiment(), .data = run.data()});
  }
  const bool drawn = !run.experiment().report.figures || (evaluated && std::filesystem::exists(path / "report.html"));
  if (evaluated && drawn) spdlog::info("{}: the run is finished; its results:", run.experiment().name);
  if (!drawn) {
    draw_figures(path);
    write_figure_events(path);
  }
  return summary_of(path);
}

}  // namespace fm

#include "libfm/experiment/pipeline.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/matmul_rate.hpp"

#include <nlohmann/json.hpp>

namespace fm {
namespace {

/// Adds the hash of the data to provenance.json, once the data exist.
void record_data_hash(const RunDirectory& run) {
  const auto file = run.path() / "provenance.json";
  auto origin = nlohmann::ordered_json::parse(read_file(file, 1 << 20));
  if (origin.contains("data_hash")) return;
  origin["data_hash"] = hash_file(run.data());
  write_file_atomically(file, origin.dump(2) + "\n");
}

}  // namespace

void use_machine(const Experiment& experiment) {
  use_threads(experiment.threads);
  const c10::Device device = find_device(experiment.device);
  spdlog::info("device: {}; float32 matrix products on the CPU: {:.0f} GFLOP/s", describe_device(device),
               matmul_rate());
}

std::string run_stages(const RunDirectory& run) {
  const auto& path = run.path();
  prepare_teacher(run);
  prepare_data(run);
  record_data_hash(run);
  train(run);
  if (run.last_stage() == LastStage::train) return "";
  std::string summary;
  if (!std::filesystem::exists(path / "evaluation.json")) {
    summary =
        evaluate_into(path, {.checkpoint = run.best_checkpoint(), .experiment = run.experiment(), .data = run.data()});
  }
  if (run.experiment().report.figures && !std::filesystem::exists(path / "report.html")) draw_figures(path);
  return summary;
}

}  // namespace fm

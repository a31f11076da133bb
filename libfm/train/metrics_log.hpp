#pragma once
// What training reports, over steps: metrics.jsonl, one JSON object a line, and the same numbers for TensorBoard.

#include "libfm/core/tfevents.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>

namespace fm {

class MetricsLog {
 public:
  /// Continues the log in `directory` as it stood at `step`: what was written of later steps goes, and TensorBoard's
  /// file is written anew from metrics.jsonl.
  MetricsLog(const std::filesystem::path& directory, std::int64_t step);

  /// @param metrics numbers by name, among them "step"
  void write(const nlohmann::json& metrics);

 private:
  void to_events(const nlohmann::json& metrics);

  std::filesystem::path file_;
  std::ofstream lines_;
  std::optional<EventWriter> events_;
};

}  // namespace fm

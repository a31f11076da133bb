#pragma once
// The metrics of training over steps: metrics.jsonl, one JSON object per line, and the same numbers for TensorBoard.

#include "libfm/core/tfevents.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace fm {

class MetricsLog {
 public:
  /// Continues the log in `directory` from `step`: lines of later steps are removed, and TensorBoard's file is
  /// rewritten from metrics.jsonl. @throws MachineError if the files cannot be written.
  MetricsLog(const std::filesystem::path& directory, std::int64_t step);

  /// The numbers of that name so far, in the order of the lines that have it.
  std::vector<double> column(const std::string& name) const;

  /// @param metrics numbers by name, including "step"
  /// @throws MachineError if the file cannot be written.
  void write(const nlohmann::json& metrics);

 private:
  void to_events(const nlohmann::json& metrics);

  std::filesystem::path file_;
  std::ofstream lines_;
  std::optional<EventWriter> events_;
};

}  // namespace fm

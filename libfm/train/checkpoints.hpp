#pragma once
// The checkpoint files of a training: checkpoints/last.safetensors to resume from, and best.safetensors to act with.

#include "libfm/train/training_state.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace fm {

class Checkpoints {
 public:
  /// @param directory receives checkpoints/
  /// @param metadata written to every checkpoint in addition to the policy's description
  /// @param seconds time between saves of last.safetensors
  Checkpoints(const std::filesystem::path& directory, std::map<std::string, std::string> metadata, double seconds,
              TrainingTensors tensors);

  /// Fills the tensors from last.safetensors if it exists. @return the state to resume from
  /// @throws InputError if the file does not fit the tensors.
  TrainingState restore();

  /// Whether to save now: the time between saves has passed, or a signal was noted.
  bool is_due() const;

  /// Writes last.safetensors unless it already contains this step. @throws Interrupted afterwards, on a noted signal.
  void save(const TrainingState& state);

  /// Writes best.safetensors.
  void save_best() const;

 private:
  using Clock = std::chrono::steady_clock;
  SafeTensors content() const;

  std::filesystem::path folder_;
  std::map<std::string, std::string> metadata_;
  double seconds_;
  TrainingTensors tensors_;
  Clock::time_point last_save_ = Clock::now();
  std::int64_t saved_step_ = -1;
};

}  // namespace fm

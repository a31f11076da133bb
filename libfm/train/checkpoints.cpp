#include "libfm/train/checkpoints.hpp"

#include "libfm/core/interrupt.hpp"
#include "libfm/policy/checkpoint.hpp"

namespace fm {

Checkpoints::Checkpoints(const std::filesystem::path& directory, std::map<std::string, std::string> metadata,
                         double seconds, TrainingTensors tensors)
    : folder_(directory / "checkpoints"), metadata_(std::move(metadata)), seconds_(seconds),
      tensors_(std::move(tensors)) {}

TrainingState Checkpoints::restore() {
  std::filesystem::create_directories(folder_);
  const std::filesystem::path last = folder_ / "last.safetensors";
  if (!std::filesystem::exists(last)) return {};
  const TrainingState state = load_training(last, tensors_);
  saved_step_ = state.step;
  return state;
}

bool Checkpoints::is_due() const {
  return noted_signal() != 0 || std::chrono::duration<double>(Clock::now() - last_save_).count() >= seconds_;
}

void Checkpoints::save(const TrainingState& state) {
  if (state.step != saved_step_) save_training(folder_ / "last.safetensors", content(), tensors_, state);
  last_save_ = Clock::now();
  saved_step_ = state.step;
  stop_if_interrupted();
}

void Checkpoints::save_best() const { write_safetensors(folder_ / "best.safetensors", content()); }

SafeTensors Checkpoints::content() const {
  const bool averages = tensors_.averaged != tensors_.model;
  SafeTensors content = describe_checkpoint(*tensors_.model, averages ? tensors_.averaged.get() : nullptr);
  content.metadata.insert(metadata_.begin(), metadata_.end());
  return content;
}

}  // namespace fm

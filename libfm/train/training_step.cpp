#include "libfm/train/training_step.hpp"

#include "libfm/nn/precision.hpp"

#include <optional>

namespace fm {

at::ScalarType weights_type(const std::string& precision) { return precision == "float64" ? at::kDouble : at::kFloat; }

TrainingStep::TrainingStep(std::shared_ptr<PolicyModel> model, std::shared_ptr<PolicyModel> averaged,
                           const TrainOptions& options)
    : model_(std::move(model)),
      optimiser_(model_->parameters(), {.weight_decay = options.weight_decay, .clip = options.clip, .ema = options.ema},
                 averaged == model_ ? std::vector<at::Tensor>() : averaged->parameters()),
      rounds_(options.precision == "bfloat16") {}

at::Tensor TrainingStep::run(const Batch& batch, const RandomStream& draws, std::uint64_t position,
                             double learning_rate) {
  const at::Tensor loss_before = loss(batch, draws, position);
  if (loss_before.requires_grad()) loss_before.backward();  // else the model has set the gradients itself
  optimiser_.step(learning_rate);
  return loss_before.detach();
}

at::Tensor TrainingStep::loss(const Batch& batch, const RandomStream& draws, std::uint64_t position) const {
  std::optional<RoundedProducts> rounded;
  if (rounds_) rounded.emplace(batch.actions.device().type());
  return model_->training_loss(batch, draws, position);
}

}  // namespace fm

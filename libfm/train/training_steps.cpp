#include "libfm/train/training_steps.hpp"

#include "libfm/nn/precision.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>

namespace fm {

TrainingSteps::TrainingSteps(const PolicyModel& model, AdamW& optimiser, std::string precision,
                             const RandomStream& draws)
    : model_(model), optimiser_(optimiser), precision_(std::move(precision)), draws_(draws),
      records_(optimiser.can_be_recorded() && model.repeats_training()) {}

void TrainingSteps::use(const TrainingData& data) {
  data_ = &data;
  recorded_.clear();  // graphs read the tensors of the data that they were recorded with
}

at::Tensor TrainingSteps::operator()(const at::Tensor& rows, std::int64_t step,
                                     std::span<const double> learning_rates) {
  optimiser_.prepare(learning_rates);
  const bool records = records_ && taken_ >= unrecorded;
  taken_ += rows.size(0);
  if (!records) return compute(rows[0], step, 0).view({1});
  Recorded& recorded = recorded_[{rows.size(0), rows.size(1)}];
  if (!recorded.graph) record(recorded, rows, step);
  recorded.rows.copy_(rows);
  recorded.draws.draw(static_cast<std::uint64_t>(step));
  recorded.graph->replay();
  return recorded.losses;
}

/// @param index of the step among those that the optimiser was prepared for
at::Tensor TrainingSteps::compute(const at::Tensor& rows, std::int64_t step, std::int64_t index) {
  const TensorFloat32 tf32(precision_, rows.device().type());
  const Batch batch = data_->batch(rows);
  largest_ = std::max(largest_, batch.actions.numel());
  const at::Tensor loss = [&] {
    const ProductPrecision precision(precision_, rows.device().type());
    return model_.training_loss(batch, draws_, static_cast<std::uint64_t>(step));
  }();
  if (loss.requires_grad()) loss.backward();  // else training_loss has set the gradients
  optimiser_.apply(index);
  return loss.detach();
}

void TrainingSteps::record(Recorded& recorded, const at::Tensor& rows, std::int64_t step) {
  recorded.rows = at::empty_like(rows);
  recorded.losses = at::empty({rows.size(0)}, model_.parameters().front().options().requires_grad(false));
  recorded.graph = cuda_support()->make_graph();
  const RepeatedDraws::Recording recording(recorded.draws, static_cast<std::uint64_t>(step), rows.size(0));
  recorded.graph->record([&] {
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
      recorded.losses[i].copy_(compute(recorded.rows[i], step + i, i));
    }
  });
}

}  // namespace fm

#include "libfm/policy/diffusion_model.hpp"

#include "libfm/policy/draws.hpp"

namespace fm {

DiffusionModel::DiffusionModel(const PolicyDescription& description, const RandomStream& init)
    : PolicyModel(description), levels_(description.policy.diffusion.levels) {
  net_ = add_network("net", network_sizes(description), init);
  loss_ = register_module("loss", std::make_shared<DiffusionLoss>(levels_));
  set_sampler(description.sampler);
}

at::Tensor DiffusionModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const at::Tensor& x = batch.actions;
  const std::int64_t rows = x.size(0), size = x.numel() / rows;
  // Columns: level, noise.
  const auto levels = static_cast<std::uint32_t>(levels_.count());
  const at::Tensor drawn = draw_rows(stream, position, rows, 1 + size, x, [=](Draws& draws, float* row) {
    row[0] = static_cast<float>(1 + draws.below(levels));
    for (std::int64_t j = 0; j < size; ++j) row[1 + j] = static_cast<float>(draws.normal());
  });
  return loss_->row_losses(*net_, x, drawn.slice(1, 1).reshape(x.sizes()), drawn.select(1, 0), batch.condition);
}

at::Tensor DiffusionModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return sampler_->forward(*net_, noise, condition);
}

void DiffusionModel::sampler_changed() {
  sampler_ = std::make_shared<DiffusionSampler>(levels_, description_.policy.diffusion, description_.sampler);
}

}  // namespace fm

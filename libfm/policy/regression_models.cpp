#include "libfm/policy/regression_models.hpp"

#include "libfm/flow/row_losses.hpp"
#include "libfm/policy/draws.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

namespace fm {
namespace {

/// f(z, t | s) at one time for all rows.
at::Tensor output_at(const VelocityNet& net, const at::Tensor& z, double time, const Condition& condition) {
  return net.forward(z, at::full({z.size(0), 1}, time, z.options()), condition);
}

}  // namespace

MseModel::MseModel(const PolicyDescription& description, const RandomStream& init) : PolicyModel(description) {
  net_ = add_network("net", network_sizes(description), init);
  set_sampler(description.sampler);
}

at::Tensor MseModel::losses(const Batch& batch, const RandomStream&, std::uint64_t) const {
  return squared_errors(output_at(*net_, at::zeros_like(batch.actions), 0.0, batch.condition), batch.actions);
}

at::Tensor MseModel::sample(const Condition& condition, const at::Tensor& noise) const {
  return output_at(*net_, at::zeros_like(noise.select(1, 0)), 0.0, condition);
}

MipModel::MipModel(const PolicyDescription& description, const RandomStream& init) : PolicyModel(description) {
  net_ = add_network("net", network_sizes(description), init);
  set_sampler(description.sampler);
}

at::Tensor MipModel::losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const {
  const at::Tensor& x1 = batch.actions;
  const double t = description_.policy.mip.time;
  const at::Tensor z0 = draw_flow(stream, position, x1, FlowOptions{.goal_drop = 0.0}, {}).noise;
  return squared_errors(output_at(*net_, at::zeros_like(x1), 0.0, batch.condition), x1) +
         squared_errors(output_at(*net_, t * x1 + (1.0 - t) * z0, t, batch.condition), x1);
}

at::Tensor MipModel::sample(const Condition& condition, const at::Tensor& noise) const {
  const double t = description_.policy.mip.time;
  const at::Tensor first = output_at(*net_, at::zeros_like(noise.select(1, 0)), 0.0, condition);
  return output_at(*net_, t * first, t, condition);
}

}  // namespace fm

#include "libfm/flow/diffusion_sampler.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>

namespace fm {

DiffusionSampler::DiffusionSampler(const NoiseLevels& levels, const DiffusionOptions& options,
                                   const SamplerOptions& sampler)
    : levels_(levels), ancestral_(options.sampler == "ddpm"), clip_(options.clip), temperature_(sampler.temperature),
      visited_(levels.visited(ancestral_ ? levels.count() : sampler.steps)) {}

at::Tensor DiffusionSampler::forward(const VelocityNet& net, const at::Tensor& noise,
                                     const Condition& condition) const {
  at::Tensor x = temperature_ * noise.select(1, 0);
  for (std::size_t i = 0; i + 1 < visited_.size(); ++i) {
    const double a = levels_.signal(visited_[i]), next = levels_.signal(visited_[i + 1]);
    at::Tensor e =
        net.forward(x, at::full({1, 1}, levels_.time(visited_[i]), x.options()).expand({x.size(0), 1}), condition);
    const at::Tensor data = ((x - std::sqrt(1.0 - a) * e) / std::sqrt(a)).clamp(-clip_, clip_);
    e = (x - std::sqrt(a) * data) / std::sqrt(1.0 - a);
    // The variance of q(x_{k-1} | x_k, x), 0 for ddim; the remaining noise keeps its direction.
    const double variance = ancestral_ ? (1.0 - next) / (1.0 - a) * (1.0 - a / next) : 0.0;
    x = std::sqrt(next) * data + std::sqrt(std::max(0.0, 1.0 - next - variance)) * e;
    if (variance > 0.0) x = x + std::sqrt(variance) * noise.select(1, static_cast<std::int64_t>(i) + 1);
  }
  return x;
}

}  // namespace fm

// Denoising diffusion, as flow/diffusion_sampler.hpp.

#include "libfm/flow_math/noise_levels.hpp"
#include "libfm/onnx/sampling.hpp"

#include <algorithm>
#include <cmath>

namespace fm {

OnnxValue onnx_diffusion(const OnnxSampling& s) {
  OnnxGraph& g = s.graph;
  const DiffusionOptions& options = s.description.policy.diffusion;
  const NoiseLevels levels(options.levels);
  const bool ancestral = options.sampler == "ddpm";
  const std::vector<int> visited = levels.visited(ancestral ? levels.count() : s.description.sampler.steps);
  const OnnxNetwork network = s.network("net.", s.sizes());
  const OnnxValue low = g.scalar(-options.clip), high = g.scalar(options.clip);
  OnnxValue x = s.scaled_noise(s.description.sampler.temperature);
  for (std::size_t i = 0; i + 1 < visited.size(); ++i) {
    const double a = levels.signal(visited[i]), next = levels.signal(visited[i + 1]);
    const OnnxValue predicted = network(x, {static_cast<float>(levels.time(visited[i]))});
    // In the order of LibTorch's sampler: the first steps divide by a small number, which enlarges rounding errors.
    const OnnxValue unscaled = g.difference(x, g.scaled(std::sqrt(1.0 - a), predicted));
    const OnnxValue data = g.clipped(g.scaled(1.0 / std::sqrt(a), unscaled), low, high);
    const OnnxValue noise = g.scaled(1.0 / std::sqrt(1.0 - a), g.difference(x, g.scaled(std::sqrt(a), data)));
    const double variance = ancestral ? (1.0 - next) / (1.0 - a) * (1.0 - a / next) : 0.0;
    x = g.sum(g.scaled(std::sqrt(next), data), g.scaled(std::sqrt(std::max(0.0, 1.0 - next - variance)), noise));
    if (variance > 0.0) x = g.sum(x, g.scaled(std::sqrt(variance), s.noise.next()));
  }
  return x;
}

}  // namespace fm

#include "libfm/flow/sde_sampler.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include <cmath>

namespace fm {
SdeSampler::SdeSampler(const SamplerOptions& options, const FlowOptions& flow)
    : options_(options), prediction_(flow), grid_(sampling_grid(options, prediction_.interval())) {}

OdeSolution SdeSampler::forward(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& increments,
                                const Condition& condition, Record record, const VelocityNet* null_net) const {
  const LearnedFlow flow(net, prediction_, condition, options_.guidance, null_net);
  const double noise = options_.euler_maruyama.noise;
  OdeSolution solution{.z = z0 * (options_.temperature * path_at(prediction_.path(), grid_[0]).sigma),
                       .nfe = grid_.steps(),
                       .steps = grid_.steps()};
  const bool keep = record == Record::trajectory;
  if (keep) solution.trajectory.push_back(solution.z);
  for (int i = 0; i < grid_.steps(); ++i) {
    const double h = grid_[i + 1] - grid_[i];
    const at::Tensor t = at::full({1}, grid_[i], z0.options()).expand({z0.size(0)});
    const PathEnds ends = flow.ends(solution.z, t);
    const at::Tensor drift = path_velocity(prediction_.at(t), ends.x1, ends.z0) - (0.5 * noise) * ends.z0;
    const double g = std::sqrt(noise * path_at(prediction_.path(), grid_[i]).sigma);
    solution.z = solution.z + h * drift + (g * std::sqrt(h)) * increments.select(1, i);
    if (keep) solution.trajectory.push_back(solution.z);
  }
  if (keep) solution.times = grid_.times();
  finish(flow, solution, record);
  return solution;
}

}  // namespace fm

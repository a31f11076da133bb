#include "libfm/flow/ode_sampler.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

namespace fm {

void finish(const LearnedFlow& flow, OdeSolution& solution, Record record) {
  const double end = flow.prediction().interval().end;
  if (end == 1.0) return;
  solution.z = flow.ends(solution.z, at::full({solution.z.size(0)}, end, solution.z.options())).x1;
  ++solution.nfe;
  if (record == Record::end_only) return;
  solution.trajectory.push_back(solution.z);
  solution.times.push_back(1.0);
}

OdeSampler::OdeSampler(const SamplerOptions& options, const FlowOptions& flow)
    : options_(options), prediction_(flow), method_(find_solver(options.solver)),
      grid_(sampling_grid(options, prediction_.interval())) {}

OdeSolution OdeSampler::forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition, Record record,
                                const VelocityNet* null_net) const {
  const LearnedFlow flow(net, prediction_, condition, options_.guidance, null_net);
  const double scale = options_.temperature * path_at(prediction_.path(), grid_[0]).sigma;
  return solve(flow, scale == 1.0 ? z0 : z0 * scale, grid_, record);
}

at::Tensor OdeSampler::refine(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& guess, double time,
                              const Condition& condition, const VelocityNet* null_net) const {
  const LearnedFlow flow(net, prediction_, condition, options_.guidance, null_net);
  const PathPoint<double> point = path_at(prediction_.path(), time);
  return solve(flow, point.alpha * guess + options_.temperature * point.sigma * z0,
               rest_of_grid(options_, time, prediction_.interval()), Record::end_only)
      .z;
}

OdeSolution OdeSampler::solve(const LearnedFlow& flow, const at::Tensor& z, const TimeGrid& grid, Record record) const {
  const auto velocity = [&](const at::Tensor& x, const at::Tensor& t) { return flow.velocity(x, t); };
  const bool adaptive = method_.adapts() && record == Record::end_only;  // rows of a trajectory share their times
  OdeSolution solution = adaptive
                             ? integrate_adaptive(velocity, z, grid[0], grid[grid.steps()], method_, options_.adaptive)
                             : integrate(velocity, z, grid, method_, record);
  finish(flow, solution, record);
  return solution;
}

}  // namespace fm

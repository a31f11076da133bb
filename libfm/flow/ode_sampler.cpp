#include "libfm/flow/ode_sampler.hpp"

#include "libfm/flow/chunk_guidance.hpp"
#include "libfm/flow/committed_actions.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

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
  return solve(flow, start(z0), grid_, record);
}

at::Tensor OdeSampler::start(const at::Tensor& z0) const {
  const double scale = options_.temperature * path_at(prediction_.path(), grid_[0]).sigma;
  return scale == 1.0 ? z0 : z0 * scale;
}

at::Tensor OdeSampler::refine(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& guess, double time,
                              const Condition& condition, const VelocityNet* null_net) const {
  const LearnedFlow flow(net, prediction_, condition, options_.guidance, null_net);
  const PathPoint<double> point = path_at(prediction_.path(), time);
  return solve(flow, point.alpha * guess + options_.temperature * point.sigma * z0,
               rest_of_grid(options_, time, prediction_.interval()), Record::end_only)
      .z;
}

at::Tensor OdeSampler::continued(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& last,
                                 const Condition& condition, const VelocityNet* null_net) const {
  Condition given = condition;
  if (options_.prefix == "trained") given.committed = at::full({z0.size(0)}, options_.delay, z0.options());
  const LearnedFlow flow(net, prediction_, given, options_.guidance, null_net);
  return options_.prefix == "trained" ? committed(flow, z0, last, committed_actions(given, last))
                                      : guided(flow, z0, last);
}

at::Tensor OdeSampler::guided(const LearnedFlow& flow, const at::Tensor& z0, const at::Tensor& last) const {
  const std::vector<double> weights =
      overlap_weights(static_cast<int>(last.size(1)), options_.delay, options_.executed);
  const ChunkGuidance guidance{
      .last = last, .weights = at::tensor(weights, z0.options()).unsqueeze(1), .most = options_.prefix_guidance};
  const auto velocity = [&](const at::Tensor& z, const at::Tensor& t) { return guided_velocity(flow, guidance, z, t); };
  return solve(velocity, flow, start(z0), grid_, Record::end_only).z;
}

/// @param given (N, H, 1), true for the actions that stay as they are
at::Tensor OdeSampler::committed(const LearnedFlow& flow, const at::Tensor& z0, const at::Tensor& last,
                                 const at::Tensor& given) const {
  const auto velocity = [&](const at::Tensor& z, const at::Tensor& t) {
    return flow.velocity(z, t).masked_fill(given, 0.0);
  };
  const OdeSolution solution = solve(velocity, flow, at::where(given, last, start(z0)), grid_, Record::end_only);
  return at::where(given, last, solution.z);
}

OdeSolution OdeSampler::solve(const LearnedFlow& flow, const at::Tensor& z, const TimeGrid& grid, Record record) const {
  return solve([&](const at::Tensor& x, const at::Tensor& t) { return flow.velocity(x, t); }, flow, z, grid, record);
}

OdeSolution OdeSampler::solve(const VelocityField& velocity, const LearnedFlow& flow, const at::Tensor& z,
                              const TimeGrid& grid, Record record) const {
  const bool adaptive = method_.adapts() && record == Record::end_only;  // rows of a trajectory share their times
  OdeSolution solution = adaptive
                             ? integrate_adaptive(velocity, z, grid[0], grid[grid.steps()], method_, options_.adaptive)
                             : integrate(velocity, z, grid, method_, record);
  finish(flow, solution, record);
  return solution;
}

}  // namespace fm

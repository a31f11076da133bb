#include "libfm/onnx/sampling.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/flow_math/butcher_tableau.hpp"
#include "libfm/realtime/sampling_plan.hpp"

namespace fm {
namespace {

struct Row {
  const char* name;
  OnnxValue (*sample)(const OnnxSampling&);
  bool solves = false;  ///< with sampler.solver
};

constexpr Row table[] = {{"flow", onnx_planned, true},
                         {"mean_flow", onnx_planned},
                         {"shortcut", onnx_planned},
                         {"reflow", onnx_planned, true},
                         {"one_step", onnx_planned},
                         {"mse", onnx_planned},
                         {"mip", onnx_planned},
                         {"gaussian", onnx_gaussian},
                         {"diffusion", onnx_diffusion},
                         {"score", onnx_planned, true},
                         {"normalising_flow", onnx_normalising_flow}};
static_assert(has_rows_for(table, policy_kinds));

const Row& row_of(const PolicyDescription& d) {
  if (const Row* row = find_row(table, d.policy.name)) return *row;
  throw_input_error("policy.name: no policy '{}'", d.policy.name);
}

}  // namespace

OnnxValue OnnxSampling::scaled_noise(double factor) const {
  return factor == 0.0 ? zeros(horizon() * actions()) : graph.scaled(factor, noise.next());
}

/// (B, size)
OnnxValue OnnxSampling::zeros(int size) const {
  const std::vector<float> row(static_cast<std::size_t>(size), 0.0F);
  return graph.repeated(graph.constant(row, {1, size}), {size}, condition.observations);
}

OnnxValue onnx_sample(const OnnxSampling& sampling) {
  const SamplerOptions& sampler = sampling.description.sampler;
  const Row& row = row_of(sampling.description);
  if (row.solves && sampler.solver != euler_maruyama && find_solver(sampler.solver).adapts()) {
    throw_input_error(
        "sampler.solver: '{}' adapts its steps, but an ONNX graph has a fixed number of them; use euler, midpoint, "
        "heun, "
        "ralston3, rk4 or euler_maruyama, for example sampler.solver=rk4 sampler.steps=10",
        sampler.solver);
  }
  return row.sample(sampling);
}

bool uses_goal(const PolicyDescription& d) {
  return !d.spec.goals.empty() && !(row_of(d).solves && d.sampler.guidance == 0.0);
}

}  // namespace fm

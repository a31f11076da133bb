#pragma once
// Samples actions by carrying noise along a learned flow: z(0) ~ N(0, (temperature sigma(0))^2 I), dz/dt = v(z, t |
// condition), action = z(1). Where the flow's times end before 1, the rest is one step in closed form, z = E[x1 | z].

#include "libfm/flow/learned_flow.hpp"
#include "libfm/flow/ode.hpp"
#include "libfm/policy_spec/network_options.hpp"
#include "libfm/policy_spec/sampling_grid.hpp"

#include <torch/nn/module.h>

namespace fm {

class OdeSampler final : public torch::nn::Module {
 public:
  explicit OdeSampler(const SamplerOptions& options, const FlowOptions& flow = {});

  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param null_net sees no goal, for guidance; null: `net` has a learned one
  OdeSolution forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition,
                      Record record = Record::end_only, const VelocityNet* null_net = nullptr) const;

  /// The same from a guess (N, H, A) of the action: noised to `time`, on the path, and carried on from there.
  at::Tensor refine(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& guess, double time,
                    const Condition& condition, const VelocityNet* null_net = nullptr) const;

  const TimeGrid& grid() const { return grid_; }
  const Prediction& prediction() const { return prediction_; }

 private:
  OdeSolution solve(const LearnedFlow& flow, const at::Tensor& z, const TimeGrid& grid, Record record) const;

  SamplerOptions options_;
  Prediction prediction_;
  const ButcherTableau& method_;
  TimeGrid grid_;
};

/// The closed-form end of a solution: z = E[x1 | z] where the interval ends before 1.
void finish(const LearnedFlow& flow, OdeSolution& solution, Record record);

}  // namespace fm

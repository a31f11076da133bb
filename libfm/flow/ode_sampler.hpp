#pragma once
// Samples actions by integrating noise along a learned flow: z(0) ~ N(0, (temperature sigma(0))^2 I), dz/dt = v(z, t |
// condition), action = z(1). If the flow's interval ends before 1, the last step is in closed form, z = E[x1 | z].

#include "libfm/flow/learned_flow.hpp"
#include "libfm/flow/ode.hpp"
#include "libfm/policy_spec/policy_options.hpp"
#include "libfm/policy_spec/sampler_options.hpp"
#include "libfm/policy_spec/sampling_grid.hpp"

#include <torch/nn/module.h>

namespace fm {

class OdeSampler final : public torch::nn::Module {
 public:
  /// @throws InputError for an unknown solver, grid, path or target.
  explicit OdeSampler(const SamplerOptions& options, const FlowOptions& flow = {});

  /// @param z0 (N, H, A), noise ~ N(0, I)
  /// @param null_net network without a goal, for guidance; null: `net` uses its learned null goal
  /// @return z (N, H, A)
  OdeSolution forward(const VelocityNet& net, const at::Tensor& z0, const Condition& condition,
                      Record record = Record::end_only, const VelocityNet* null_net = nullptr) const;

  /// Starts from a guess (N, H, A) of the actions, noised to `time` on the path. @return (N, H, A)
  at::Tensor refine(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& guess, double time,
                    const Condition& condition, const VelocityNet* null_net = nullptr) const;

  /// Continues the last chunk (N, H, A), from the current step on, as options.prefix says: of its first options.delay
  /// actions and the following ones `guided` comes close, `trained` keeps the first exactly. @return (N, H, A)
  at::Tensor continued(const VelocityNet& net, const at::Tensor& z0, const at::Tensor& last, const Condition& condition,
                       const VelocityNet* null_net = nullptr) const;

  const TimeGrid& grid() const { return grid_; }
  const Prediction& prediction() const { return prediction_; }

 private:
  at::Tensor start(const at::Tensor& z0) const;
  OdeSolution solve(const LearnedFlow& flow, const at::Tensor& z, const TimeGrid& grid, Record record) const;
  OdeSolution solve(const VelocityField& velocity, const LearnedFlow& flow, const at::Tensor& z, const TimeGrid& grid,
                    Record record) const;
  at::Tensor guided(const LearnedFlow& flow, const at::Tensor& z0, const at::Tensor& last) const;
  at::Tensor committed(const LearnedFlow& flow, const at::Tensor& z0, const at::Tensor& last,
                       const at::Tensor& given) const;

  SamplerOptions options_;
  Prediction prediction_;
  const ButcherTableau& method_;
  TimeGrid grid_;
};

/// Takes the last step of a solution in closed form, z = E[x1 | z], if the interval ends before 1.
void finish(const LearnedFlow& flow, OdeSolution& solution, Record record);

}  // namespace fm

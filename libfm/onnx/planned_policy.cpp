// Policies whose sampling is a plan of network evaluations (realtime/sampling_plan.hpp): flows with fixed steps, flow maps,
// one-step and regression policies.

#include "libfm/onnx/sampling.hpp"
#include "libfm/realtime/sampling_plan.hpp"

#include <optional>

namespace fm {
namespace {

/// The numbers that the network takes as times: the step's length too, or the share of committed actions, which a
/// transformer has in the times of its tokens instead.
int times_of(const PolicyDescription& d) {
  if (d.policy.name == "mean_flow" || d.policy.name == "shortcut") return 2;
  return d.policy.horizon.largest_delay > 0 && d.network.name != "transformer" ? 2 : 1;
}

/// The network with sampler.guidance w: conditional for w = 1, unconditional for w = 0, else both.
OnnxNetwork guided_network(const OnnxSampling& s) {
  const PolicyDescription& d = s.description;
  OnnxSizes sizes = s.sizes();
  sizes.times = times_of(d);
  const double guidance = d.sampler.guidance;
  std::optional<OnnxNetwork> with_goal, without_goal;
  if (s.goals() == 0 || guidance != 0.0) with_goal = s.network("net.", sizes);
  if (s.goals() > 0 && guidance != 1.0) {
    OnnxSampling no_goal = s;
    const bool separate = d.policy.flow.null_goal == "separate";
    if (!separate) {
      const CheckpointWeights net = s.weights.under("net.");
      const OnnxValue null_goal = s.graph.named(net.full_name("null_goal"), net.vector("null_goal", s.goals()));
      no_goal.condition.goal =
          s.graph.repeated(s.graph.reshaped(null_goal, {1, s.goals()}), {s.goals()}, s.condition.observations);
    }
    OnnxSizes unconditional = sizes;
    if (separate) unconditional.goals = 0;
    without_goal = no_goal.network(separate ? "null_net." : "net.", unconditional);
  }
  if (!without_goal) return *with_goal;
  if (!with_goal) return *without_goal;
  return [=, &g = s.graph](const OnnxValue& z, const Times& times) {
    const OnnxValue without = (*without_goal)(z, times);
    return g.sum(without, g.scaled(guidance, g.difference((*with_goal)(z, times), without)));
  };
}

/// x + sum_j weights_j k_j
OnnxValue plus_slopes(OnnxGraph& g, OnnxValue x, const std::vector<float>& weights, const std::vector<OnnxValue>& k) {
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] != 0.0F) x = g.sum(x, g.scaled(weights[j], k[j]));
  }
  return x;
}

/// of_state x + of_output f
OnnxValue combined(OnnxGraph& g, const PlannedEvaluation& e, const OnnxValue& x, const OnnxValue& f) {
  const OnnxValue output = g.scaled(e.of_output, f);
  return e.of_state == 0.0F ? output : g.sum(g.scaled(e.of_state, x), output);
}

}  // namespace

OnnxValue onnx_planned(const OnnxSampling& s) {
  OnnxGraph& g = s.graph;
  SamplerOptions sampler = s.description.sampler;
  sampler.warm_start = 0.0;  // the graph begins from noise
  PolicyDescription cold = s.description;
  cold.sampler = sampler;
  const SamplingPlan plan = plan_sampling(cold).from_noise;
  const OnnxNetwork network = guided_network(s);
  OnnxValue z = s.scaled_noise(plan.of_noise);
  std::vector<OnnxValue> k;
  for (const PlannedEvaluation& e : plan.evaluations) {
    const OnnxValue x = plus_slopes(g, z, e.from, k);
    const Times times(e.times.begin(), e.times.begin() + times_of(s.description));
    const OnnxValue slope = combined(g, e, x, network(g.scaled(e.input_scale, x), times));
    if (e.jumps) {
      z = slope;
      k.clear();
      continue;
    }
    k.resize(e.from.size());
    k.push_back(slope);
    if (e.step.empty()) continue;
    z = plus_slopes(g, z, e.step, k);
    if (e.draws) z = g.sum(z, g.scaled(e.of_noise, s.noise.next()));
    k.clear();
  }
  return z;
}

}  // namespace fm

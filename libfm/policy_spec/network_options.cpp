#include "libfm/policy_spec/network_options.hpp"

#include "libfm/flow_math/butcher_tableau.hpp"

namespace fm {

std::vector<std::string> policy_names() {
  return {"flow", "mean_flow", "shortcut",  "reflow", "one_step",        "mse",
          "mip",  "gaussian",  "diffusion", "score",  "normalising_flow"};
}
std::vector<std::string> network_names() { return {"mlp", "residual_mlp", "transformer", "gru"}; }
std::vector<std::string> coupling_names() {
  return {"independent", "optimal_transport", "sinkhorn", "conditional_optimal_transport"};
}

FlowOptions learned_flow(const PolicyOptions& options) {
  FlowOptions flow = options.flow;
  if (options.name != "score") return flow;
  flow.target = "score";
  if (flow.path.name != VarianceExplodingPath::name) flow.path.name = VariancePreservingPath::name;
  return flow;
}

std::vector<std::string> sampler_names() {
  std::vector<std::string> names = solver_names();
  names.emplace_back(euler_maruyama);
  return names;
}

}  // namespace fm

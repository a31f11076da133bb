// The table of algorithms: for each the policies that it trains, and its actor.

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/policy_spec/sampling_grid.hpp"
#include "libfm/rl/fpo_actor.hpp"
#include "libfm/rl/gaussian_actor.hpp"
#include "libfm/rl/reinflow_actor.hpp"

#include <algorithm>

namespace fm {
namespace {

std::shared_ptr<FlowModel> as_flow(const std::shared_ptr<PolicyModel>& policy) {
  return std::dynamic_pointer_cast<FlowModel>(policy);
}

using Maker = std::shared_ptr<Actor> (*)(const RlOptions&, const std::shared_ptr<PolicyModel>&, const RandomStream&);

struct Row {
  const char* name;
  const char* policy;  ///< that it trains
  Maker make;
};

constexpr Row table[] = {
    {"ppo", "mse",
     [](const RlOptions& o, const std::shared_ptr<PolicyModel>& p, const RandomStream&) -> std::shared_ptr<Actor> {
       return std::make_shared<GaussianActor>(p, o.ppo);
     }},
    {"reinflow", "flow",
     [](const RlOptions& o, const std::shared_ptr<PolicyModel>& p, const RandomStream& init) -> std::shared_ptr<Actor> {
       return std::make_shared<ReinFlowActor>(as_flow(p), o.reinflow, init);
     }},
    {"fpo", "flow",
     [](const RlOptions& o, const std::shared_ptr<PolicyModel>& p, const RandomStream&) -> std::shared_ptr<Actor> {
       return std::make_shared<FpoActor>(as_flow(p), o.fpo);
     }},
};

const Row& row_of(const std::string& name) {
  if (const Row* row = find_row(table, name)) return *row;
  throw_input_error("rl.name: no algorithm '{}'", name);
}

/// The chain's steps are Euler steps of the velocity over the whole path.
void check_reinflow(const ReinFlowOptions& options, const PolicyDescription& d) {
  if (options.most < options.least) {
    throw_input_error("rl.reinflow.most: {} is below rl.reinflow.least: {}", options.most, options.least);
  }
  if (d.policy.flow.path.name != "linear" || d.policy.flow.target != "velocity") {
    throw_input_error("rl.name: reinflow needs `policy.flow: {{path: linear, target: velocity}}`");
  }
  if (d.sampler.solver != "euler") {
    throw_input_error("sampler.solver: reinflow trains the policy with Euler steps; set euler, not {}",
                      d.sampler.solver);
  }
}

/// What is trained must be what acts.
void check_flow(const std::string& name, const PolicyDescription& d) {
  if (d.sampler.solver == euler_maruyama) {
    throw_input_error("sampler.solver: {} needs a deterministic solver", name);
  }
  if (d.sampler.warm_start > 0.0) {
    throw_input_error("sampler.warm_start: {} trains actions that are sampled from noise; set 0", name);
  }
}

void check_fpo(const RlOptions& options, const PolicyDescription& d) {
  if (d.sampler.temperature == 0.0) {
    throw_input_error("sampler.temperature: fpo explores by the flow's own noise; set it above 0");
  }
  if (d.sampler.guidance != 1.0) {
    throw_input_error("sampler.guidance: the ratios of fpo are those of the flow without guidance; set 1");
  }
  if (options.entropy > 0.0) throw_input_error("rl.entropy: the entropy of a flow is not known to fpo; set 0");
}

}  // namespace

std::vector<at::Tensor> Actor::trained() const {
  std::vector<at::Tensor> all = policy_->parameters();
  for (const at::Tensor& own : parameters()) all.push_back(own);
  return all;
}

std::shared_ptr<Actor> make_actor(const RlOptions& options, std::shared_ptr<PolicyModel> policy,
                                  const RandomStream& init) {
  check_actor(options, policy->description());
  return row_of(options.name).make(options, policy, init);
}

void check_actor(const RlOptions& options, const PolicyDescription& d) {
  const Row& row = row_of(options.name);
  if (d.policy.name != row.policy) {
    throw_input_error("rl.name: {} trains policy '{}', not '{}'", options.name, row.policy, d.policy.name);
  }
  if (std::ranges::any_of(d.sampler.rate_limit, [](double rate) { return rate > 0.0; })) {
    throw_input_error("sampler.rate_limit: {} trains actions without a limit; set []", options.name);
  }
  if (d.sampler.action_noise > 0.0) {
    throw_input_error("sampler.action_noise: {} explores by itself, and is evaluated without noise; set 0",
                      options.name);
  }
  if (d.policy.horizon.prediction > 1 || d.policy.horizon.observations > 1) {
    throw_input_error(
        "rl.name: {} trains single actions from single observations; set policy.horizon: {{observations: "
        "1, prediction: 1}}",
        options.name);
  }
  if (!are_bounded(d.spec.actions)) {
    throw_input_error("rl.name: the actions of environment '{}' have no bounds to scale them by", d.spec.name);
  }
  if (options.rows() % options.minibatches != 0) {
    throw_input_error("rl.minibatches: {} does not divide the {} steps of an iteration (rl.copies * rl.segment)",
                      options.minibatches, options.rows());
  }
  if (options.rows() == options.minibatches && options.normalise_advantages) {
    throw_input_error("rl.minibatches: {} leaves one step in each, whose advantage cannot be normalised",
                      options.minibatches);
  }
  if (d.spec.observations.empty() && d.spec.goals.empty()) {
    throw_input_error("rl.name: environment '{}' has no observations", d.spec.name);
  }
  if (options.name != "ppo") check_flow(options.name, d);
  if (options.name == "reinflow") check_reinflow(options.reinflow, d);
  if (options.name == "fpo") check_fpo(options, d);
}

}  // namespace fm

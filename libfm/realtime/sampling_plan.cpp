#include "libfm/realtime/sampling_plan.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/flow_math/butcher_tableau.hpp"
#include "libfm/flow_math/conversion.hpp"
#include "libfm/policy_spec/sampling_grid.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

std::vector<float> scaled(double h, const std::vector<double>& weights) {
  std::vector<float> products;
  for (const double weight : weights) products.push_back(static_cast<float>(h * weight));
  return products;
}

/// A flow's velocity field in terms of the network's output.
class Field {
 public:
  /// @param other_times what is an input beside the time, for every evaluation
  explicit Field(const FlowOptions& flow, std::vector<float> other_times = {})
      : path_(flow.path), target_(find_target(flow.target)), interval_(closed_interval(flow.path, target_)),
        scales_input_(path_at(flow.path, interval_.begin).sigma > 1.0), other_times_(std::move(other_times)) {}

  const TimeInterval& interval() const { return interval_; }

  PlannedEvaluation velocity(double t, std::vector<float> from) const {
    return evaluation(t, velocity_from(path_at(path_, t), target_), std::move(from));
  }
  /// The drift of a process that injects this amount of noise and removes it again, see flow/sde_sampler.hpp.
  PlannedEvaluation drift(double t, double amount) const {
    const PathPoint<double> p = path_at(path_, t);
    const Affine<double> data = data_from(p, target_), noise = noise_from(p, target_);
    const double of_data = p.alpha_dot, of_noise = p.sigma_dot - 0.5 * amount;
    return evaluation(t,
                      {.of_state = of_data * data.of_state + of_noise * noise.of_state,
                       .of_output = of_data * data.of_output + of_noise * noise.of_output},
                      {});
  }
  PlannedEvaluation data(double t) const {
    PlannedEvaluation e = evaluation(t, data_from(path_at(path_, t), target_), {});
    e.jumps = true;
    return e;
  }

 private:
  PlannedEvaluation evaluation(double t, const Affine<double>& output, std::vector<float> from) const {
    const PathPoint<double> p = path_at(path_, t);
    std::vector<float> times = {static_cast<float>(t)};
    times.insert(times.end(), other_times_.begin(), other_times_.end());
    return {.times = std::move(times),
            .input_scale = scales_input_ ? static_cast<float>(1.0 / std::hypot(p.alpha, p.sigma)) : 1.0F,
            .from = std::move(from),
            .of_state = static_cast<float>(output.of_state),
            .of_output = static_cast<float>(output.of_output)};
  }

  PathOptions path_;
  Target target_;
  TimeInterval interval_;
  bool scales_input_;
  std::vector<float> other_times_;
};

/// The last step in closed form, if the interval ends before 1.
void finish(const Field& field, std::vector<PlannedEvaluation>& evaluations) {
  if (field.interval().end < 1.0) evaluations.push_back(field.data(field.interval().end));
}

std::vector<PlannedEvaluation> solve(const Field& field, const TimeGrid& grid, const ButcherTableau& method) {
  std::vector<PlannedEvaluation> evaluations;
  for (int n = 0; n < grid.steps(); ++n) {
    const double h = grid[n + 1] - grid[n];
    for (int i = 0; i < method.stages(); ++i) {
      evaluations.push_back(field.velocity(grid[n] + method.c[i] * h, scaled(h, method.a[i])));
    }
    evaluations.back().step = scaled(h, method.b);
  }
  finish(field, evaluations);
  return evaluations;
}

/// One step of Euler and Maruyama for each of the grid.
std::vector<PlannedEvaluation> simulate(const Field& field, const TimeGrid& grid, const PathOptions& path,
                                        double amount) {
  std::vector<PlannedEvaluation> evaluations;
  for (int n = 0; n < grid.steps(); ++n) {
    const double h = grid[n + 1] - grid[n];
    evaluations.push_back(field.drift(grid[n], amount));
    evaluations.back().step = {static_cast<float>(h)};
    evaluations.back().draws = true;
    evaluations.back().of_noise = static_cast<float>(std::sqrt(amount * path_at(path, grid[n]).sigma * h));
  }
  finish(field, evaluations);
  return evaluations;
}

/// @param committed how many actions are given, which a network with policy.horizon.largest_delay is told
Field flow_field(const PolicyDescription& d, int committed) {
  if (d.policy.horizon.largest_delay == 0) return Field(d.policy.flow);
  return Field(d.policy.flow, {static_cast<float>(committed) / static_cast<float>(d.policy.horizon.prediction)});
}

SamplingPlans plan_flow(const PolicyDescription& d) {
  const SamplerOptions& sampler = d.sampler;
  const bool stochastic = sampler.solver == euler_maruyama;
  const ButcherTableau& method = find_solver(stochastic ? "euler" : sampler.solver);
  if (method.adapts()) {
    throw_input_error(
        "sampler.solver: the realtime engine supports only solvers of fixed steps, not '{}'; "
        "use euler, midpoint, heun, ralston3, rk4 or euler_maruyama, or sampler.engine: libtorch",
        sampler.solver);
  }
  if (sampler.prefix == "guided") {
    throw_input_error(
        "sampler.prefix: the realtime engine does not compute the gradients of 'guided'; use trained, or "
        "sampler.engine: libtorch");
  }
  if (stochastic && sampler.warm_start > 0.0) {
    throw_input_error("sampler.warm_start: a stochastic solver does not support warm starts; set 0");
  }
  if (stochastic && sampler.prefix != "none") {
    throw_input_error("sampler.prefix: a stochastic solver does not support it; set none, or use another solver");
  }
  const FlowOptions& flow = d.policy.flow;
  const Field field = flow_field(d, 0);
  const TimeGrid grid = sampling_grid(sampler, field.interval());
  const double begin = sampler.temperature * path_at(flow.path, grid[0]).sigma;
  SamplingPlans plans{.from_noise = {.of_noise = static_cast<float>(begin),
                                     .evaluations = stochastic
                                                        ? simulate(field, grid, flow.path, sampler.euler_maruyama.noise)
                                                        : solve(field, grid, method)}};
  if (const double t = sampler.warm_start; t > 0.0) {
    const PathPoint<double> point = path_at(flow.path, t);
    plans.from_guess = {.of_guess = static_cast<float>(point.alpha),
                        .of_noise = static_cast<float>(sampler.temperature * point.sigma),
                        .evaluations = solve(field, rest_of_grid(sampler, t, field.interval()), method)};
  }
  if (sampler.prefix == "trained") {
    plans.from_guess = {.of_noise = static_cast<float>(begin),
                        .committed = sampler.delay * static_cast<int>(d.spec.actions.size()),
                        .evaluations = solve(flow_field(d, sampler.delay), grid, method)};
  }
  return plans;
}

/// z + (s - t) u(z, t, s - t), see flow/flow_map_sampler.hpp.
SamplingPlans plan_flow_map(const PolicyDescription& d) {
  SamplingPlan plan{.of_noise = static_cast<float>(d.sampler.temperature)};
  const TimeGrid grid = TimeGrid::named(d.sampler.grid, d.sampler.steps);
  for (int n = 0; n < grid.steps(); ++n) {
    const auto t = static_cast<float>(grid[n]), s = static_cast<float>(grid[n + 1]);
    plan.evaluations.push_back({.times = {t, s - t}, .step = {static_cast<float>(grid[n + 1] - grid[n])}});
  }
  return {.from_noise = plan};
}

/// z + f(z, 0), see policy/taught_models.hpp.
SamplingPlans plan_one_step(const PolicyDescription& d) {
  return {.from_noise = {.of_noise = static_cast<float>(d.sampler.temperature),
                         .evaluations = {{.times = {0.0F}, .step = {1.0F}}}}};
}

/// f(0, 0), see policy/regression_models.hpp.
SamplingPlans plan_mse(const PolicyDescription&) {
  return {.from_noise = {.evaluations = {{.times = {0.0F}, .jumps = true}}}};
}

/// f(t f(0, 0), t), see policy/regression_models.hpp.
SamplingPlans plan_mip(const PolicyDescription& d) {
  const auto t = static_cast<float>(d.policy.mip.time);
  SamplingPlans plans = plan_mse(d);
  plans.from_noise.evaluations.push_back({.times = {t}, .input_scale = t, .jumps = true});
  return plans;
}

struct Row {
  const char* name;
  SamplingPlans (*plan)(const PolicyDescription&);
  bool is_flow = false;
};

constexpr Row table[] = {
    {"flow", plan_flow, true},   {"reflow", plan_flow, true}, {"score", plan_flow, true}, {"mean_flow", plan_flow_map},
    {"shortcut", plan_flow_map}, {"one_step", plan_one_step}, {"mse", plan_mse},          {"mip", plan_mip}};

const Row& row_of(const std::string& policy) {
  if (const Row* row = find_row(table, policy)) return *row;
  throw_input_error(
      "policy.name: the realtime engine does not support '{}' (supported: {}); use sampler.engine: libtorch", policy,
      fmt::join(names_in(table), ", "));
}

/// Refuses settings that only flows support.
void check_no_flow_options(const PolicyDescription& d) {
  const auto refuse = [&](const char* key, const char* remedy) {
    throw_input_error("{}: not supported by policy '{}', which is not a flow; {}", key, d.policy.name, remedy);
  };
  if (d.sampler.guidance != 1.0) refuse("sampler.guidance", "set 1");
  if (d.sampler.warm_start != 0.0) refuse("sampler.warm_start", "set 0");
  if (d.sampler.prefix != "none") refuse("sampler.prefix", "set none");
  if (d.policy.horizon.largest_delay != 0) refuse("policy.horizon.largest_delay", "set 0");
  if (d.sampler.solver == euler_maruyama) refuse("sampler.solver", "use another solver");
}

}  // namespace

int SamplingPlan::noises() const {
  return 1 + static_cast<int>(std::ranges::count(evaluations, true, &PlannedEvaluation::draws));
}

bool is_flow(const PolicyOptions& policy) { return row_of(policy.name).is_flow; }

SamplingPlans plan_sampling(const PolicyDescription& description) {
  const Row& row = row_of(description.policy.name);
  if (!row.is_flow) check_no_flow_options(description);
  return row.plan(description);
}

}  // namespace fm

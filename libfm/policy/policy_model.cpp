#include "libfm/policy/policy_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/core/registry.hpp"
#include "libfm/flow_math/butcher_tableau.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <limits>

namespace fm {
namespace {

/// Numbers in a copy from memory that LibTorch pins, and keeps pinned: enough for what is computed at a time, not for all data.
constexpr std::int64_t most_pinned = 1 << 20;

/// Whether a program added it to libfm's networks.
bool is_added(const NetworkOptions& network) {
  return Registry::current().of(Registry::Kind::network).contains(network.name);
}

}  // namespace

Scaling::Scaling(const Normalisation& n)
    : offset(at::tensor(n.offset, at::kDouble)), scale(at::tensor(n.scale, at::kDouble)), clip(n.clip) {}

/// In one pass, because it is part of every action, and on CUDA from memory that is copied while the host goes on.
at::Tensor Scaling::normalise(const at::Tensor& x, const at::TensorOptions& type, const at::Tensor& hidden) const {
  if (x.size(-1) != offset.numel()) {
    throw std::invalid_argument(fmt::format("expected numbers of {} dimensions, not {}", offset.numel(), x.size(-1)));
  }
  const bool in_float = type.dtype() == at::kFloat, on_cuda = type.device().is_cuda();
  const at::Tensor in = x.to(at::kCPU, at::kDouble).contiguous(),
                   out = at::empty(x.sizes(), at::TensorOptions(in_float ? at::kFloat : at::kDouble)
                                                  .pinned_memory(on_cuda && x.numel() <= most_pinned));
  const auto fill = [&](auto* to) {
    using Number = std::remove_pointer_t<decltype(to)>;
    const double *from = in.const_data_ptr<double>(), *shift = offset.const_data_ptr<double>(),
                 *size = scale.const_data_ptr<double>();
    const bool* hides = hidden.defined() ? hidden.const_data_ptr<bool>() : nullptr;
    const std::int64_t width = x.size(-1);
    for_each_block(width == 0 ? 0 : x.numel() / width, 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin * width; i < end * width; ++i) {
        const std::int64_t j = i % width;
        const double y = (from[i] - shift[j]) / size[j];
        to[i] = hides != nullptr && hides[j] ? Number{0} : static_cast<Number>(clip ? std::clamp(y, -1.0, 1.0) : y);
      }
    });
  };
  if (in_float) {
    fill(out.mutable_data_ptr<float>());
  } else {
    fill(out.mutable_data_ptr<double>());
  }
  return out.to(type, /*non_blocking=*/true);
}

PolicyModel::PolicyModel(const PolicyDescription& description)
    : description_(description), relative_(description.spec, description.policy.relative),
      observations_(description.observations), actions_(description.actions), goals_(description.goals) {
  if (description.policy.horizon.largest_delay > 0 && description.policy.name != "flow") {
    throw_input_error(
        "policy.horizon.largest_delay: only policy 'flow' learns to continue given actions, not '{}'; set 0",
        description.policy.name);
  }
  description_.policy = resolved(description.policy);
  const VisibleInputs visible = visible_inputs(description.spec, description.policy.hidden);
  hidden_ = at::tensor(visible.observations, at::kDouble) == 0;
  hidden_goals_ = at::tensor(visible.goals, at::kDouble) == 0;
  std::vector<double> low, high;
  for (const Dimension& d : description.spec.actions) {
    low.push_back(d.low);
    high.push_back(d.high);
  }
  lowest_ = at::tensor(low, at::kDouble);
  highest_ = at::tensor(high, at::kDouble);
  const auto normalised = [&](const at::Tensor& bounds, double unbounded) {
    at::Tensor result = ((bounds - actions_.offset) / actions_.scale).to(at::kFloat);
    for (std::size_t j = 0; j < low.size(); ++j) {
      if (relative_.is_relative(j)) result[static_cast<std::int64_t>(j)] = unbounded;
    }
    return result;
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  lowest_normalised_ = register_buffer("lowest_action", normalised(lowest_, -infinity));
  highest_normalised_ = register_buffer("highest_action", normalised(highest_, infinity));
}

std::shared_ptr<ConditionalNet> PolicyModel::add_network(const std::string& name, const NetworkSizes& sizes,
                                                         const RandomStream& init) {
  networks_.push_back(register_module(name, make_network(description_.network, sizes, init)));
  return networks_.back();
}

std::int64_t PolicyModel::evaluations() const {
  std::int64_t sum = other_evaluations_.load(std::memory_order_relaxed);
  for (const auto& network : networks_) sum += network->evaluations();
  return sum;
}

bool PolicyModel::repeats_training() const {
  return !is_added(description_.network) && description_.policy.flow.coupling.name == "independent" &&
         (!teacher_ || teacher_->repeats_sampling());
}

bool PolicyModel::repeats_sampling() const {
  const std::string& solver = description_.sampler.solver;
  const bool adapts = solver != euler_maruyama && find_solver(solver).adapts();
  return !is_added(description_.network) && !adapts && description_.sampler.prefix != "guided";
}

at::Tensor PolicyModel::references(const at::Tensor& observations) const {
  const Matrix references = relative_.references(to_matrix(observations));
  return view_as_tensor(references).clone();
}

at::Tensor PolicyModel::normalised_actions(const at::Tensor& actions) const {
  return actions_.normalise(actions, lowest_normalised_.options());
}

at::Tensor PolicyModel::in_units(const at::Tensor& actions, const at::Tensor& references) const {
  return actions.to(at::kCPU, at::kDouble) * actions_.scale + actions_.offset + references;
}

at::Tensor PolicyModel::executable(const at::Tensor& actions, const at::Tensor& references) const {
  return at::clamp(in_units(actions, references), lowest_, highest_);
}

at::Tensor PolicyModel::within_bounds(const at::Tensor& actions) const {
  return at::clamp(actions, lowest_normalised_, highest_normalised_);
}

at::Tensor PolicyModel::refine(const Condition&, const at::Tensor&, const at::Tensor&) const {
  throw std::logic_error("set_sampler refuses sampler.warm_start and sampler.prefix");
}

at::Tensor PolicyModel::log_probability(const Condition&, const at::Tensor&, const at::Tensor&) const {
  check_density(description_.sampler);
  throw std::logic_error("check_density accepts a density that is not implemented");
}

void PolicyModel::check_density(const SamplerOptions&) const {
  throw_input_error("eval.log_probability: policy '{}' has no known density; set false", description_.policy.name);
}

void PolicyModel::check_sampler(const SamplerOptions& sampler) const {
  if (sampler.guidance != 1.0) {
    throw_input_error("sampler.guidance: policy '{}' does not support guidance; set 1", description_.policy.name);
  }
  if (sampler.solver == euler_maruyama) {
    throw_input_error("sampler.solver: policy '{}' does not support stochastic solvers; use another solver",
                      description_.policy.name);
  }
  if (sampler.warm_start > 0.0) {
    throw_input_error("sampler.warm_start: policy '{}' does not support warm starts; set 0", description_.policy.name);
  }
  if (sampler.prefix != "none") {
    throw_input_error("sampler.prefix: policy '{}' is not a flow, which continues the last prediction; set none",
                      description_.policy.name);
  }
}

void PolicyModel::set_sampler(const SamplerOptions& sampler) {
  check_sampler(sampler);
  description_.sampler = sampler;
  sampler_changed();
}

void PolicyModel::set_observations(const Normalisation& normalisation) {
  description_.observations = normalisation;
  observations_ = Scaling(normalisation);
}

void PolicyModel::check_teacher(const PolicyModel&) const {
  throw_input_error("policy.teacher: policy '{}' learns from data, not from a teacher; use reflow or one_step",
                    description_.policy.name);
}

void PolicyModel::set_teacher(std::shared_ptr<const PolicyModel> teacher) {
  check_teacher(*teacher);
  teacher_ = std::move(teacher);
  teacher_changed();
}

Condition PolicyModel::condition(const at::Tensor& observations, const at::Tensor& goals) const {
  const at::TensorOptions type = lowest_normalised_.options();
  return {.observations = observations_.normalise(observations, type, hidden_),
          .goal = goals_.normalise(goals, type, hidden_goals_),
          .goal_mask = at::ones({observations.size(0)}, type)};
}

NetworkSizes network_sizes(const PolicyDescription& d) {
  return {.actions = static_cast<int>(d.spec.actions.size()),
          .action_horizon = d.policy.horizon.prediction,
          .observations = static_cast<int>(d.spec.observations.size()),
          .observation_history = d.policy.horizon.observations,
          .goals = static_cast<int>(d.spec.goals.size()),
          .committed = d.policy.horizon.largest_delay > 0};
}

bool same_sizes(const PolicyModel& a, const PolicyModel& b) {
  return std::ranges::equal(a.parameters(), b.parameters(),
                            [](const at::Tensor& x, const at::Tensor& y) { return x.sizes() == y.sizes(); });
}

void copy_weights(const PolicyModel& from, PolicyModel& to) {
  const at::NoGradGuard no_grad;
  const auto source = from.parameters();
  const auto target = to.parameters();
  for (std::size_t i = 0; i < target.size(); ++i) target[i].copy_(source[i]);
}

}  // namespace fm

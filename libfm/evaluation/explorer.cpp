#include "libfm/evaluation/explorer.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/flow_model.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <numeric>

namespace fm {
namespace {

constexpr std::int64_t paths_per_state = 16, field_times = 11, field_actions = 21, most_trajectory_times = 11;
constexpr Eigen::Index grid_points[] = {25, 13}, most_steps = 60;

struct Axis {
  std::string name;
  std::string unit;
  std::vector<double> values;
};

/// S states, on the grid of the axes with the last one changing fastest.
struct States {
  std::vector<Axis> axes;
  Matrix observations;    ///< (S, O)
  Matrix goals;           ///< (S, G)
  Matrix expert_actions;  ///< (S, A)

  std::int64_t count() const { return observations.rows(); }
};

Axis even_axis(const Dimension& dimension, Eigen::Index points) {
  Axis axis{dimension.name, dimension.unit, {}};
  for (Eigen::Index i = 0; i < points; ++i) {
    axis.values.push_back(dimension.low +
                          (dimension.high - dimension.low) * static_cast<double>(i) / static_cast<double>(points - 1));
  }
  return axis;
}

/// What stands for the expert's actions where there is no expert.
Matrix unknown_actions(Eigen::Index count, const EnvSpec& spec) {
  return Matrix::Constant(count, std::ssize(spec.actions), std::numeric_limits<double>::quiet_NaN());
}

States grid_states(const EvaluationFileInput& input) {
  States result;
  for (std::size_t i = 0; i < 2; ++i) result.axes.push_back(even_axis(input.spec().states[i], grid_points[i]));
  const auto count = static_cast<int>(grid_points[0] * grid_points[1]);
  Matrix states(count, 2);
  for (int i = 0; i < count; ++i) {
    states(i, 0) = result.axes[0].values[static_cast<std::size_t>(i / grid_points[1])];
    states(i, 1) = result.axes[1].values[static_cast<std::size_t>(i % grid_points[1])];
  }
  std::vector<int> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  const std::vector<std::uint64_t> episodes(rows.size(), 0);
  const std::vector<std::uint32_t> steps(rows.size(), 0);
  const std::unique_ptr<VectorEnv> env = input.env_in(states);
  result.observations = env->observations();
  result.goals = env->goals();
  result.expert_actions = unknown_actions(count, input.spec());
  if (!input.make_expert) return result;
  const std::unique_ptr<Policy> expert = input.make_expert();
  expert->reset(count, rows);
  PolicyOutput output;
  states = env->states();
  expert->act({env->observations(), env->goals(), episodes, steps, {}, &states}, output);
  result.expert_actions = output.actions;
  return result;
}

/// Every k-th state of an episode, with its actions.
States episode_states(const Episode& episode) {
  const Eigen::Index every = (episode.steps() + most_steps - 1) / most_steps;
  const auto rows = Eigen::seq(0, episode.steps() - 1, every);
  States result{.axes = {{"step", "", {}}},
                .observations = episode.observations(rows, Eigen::all),
                .goals = episode.goals(rows, Eigen::all),
                .expert_actions = episode.actions(rows, Eigen::all)};
  for (Eigen::Index i = 0; i < episode.steps(); i += every) result.axes[0].values.push_back(static_cast<double>(i));
  return result;
}

/// The condition with each state `times` times in a row.
Condition repeat(const FlowModel& model, const States& states, std::int64_t times) {
  const std::int64_t history = model.description().policy.horizon.observations;
  return model.condition(
      view_as_tensor(states.observations).repeat_interleave(times, 0).unsqueeze(1).repeat({1, history, 1}),
      view_as_tensor(states.goals).repeat_interleave(times, 0));
}

/// (S, paths, P) of the first action dimension, in its units, at evenly chosen flow times, which are appended to `times`.
at::Tensor sample_paths(const FlowModel& model, const States& states, const RandomStream& stream,
                        std::vector<double>& times) {
  std::vector<std::uint64_t> rows(static_cast<std::size_t>(states.count() * paths_per_state));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i % paths_per_state;  // the same noise in all states
  const std::vector<std::uint32_t> steps(rows.size(), 0);
  const PolicyDescription& d = model.description();
  const auto width = static_cast<std::int64_t>(d.spec.actions.size());
  const at::Tensor noise = draw_noise(stream, rows, steps, model.noises(), d.policy.horizon.prediction, width);
  const OdeSolution solution =
      model.trace(repeat(model, states, paths_per_state), noise.to(model.parameters().front().options()));
  const at::Tensor references =
      model.references(view_as_tensor(states.observations)).repeat_interleave(paths_per_state, 0);
  std::vector<at::Tensor> kept;
  const auto last = static_cast<std::int64_t>(solution.trajectory.size()) - 1;
  const std::int64_t points = std::min(last, most_trajectory_times - 1);
  for (std::int64_t i = 0; i <= points; ++i) {
    const auto at = static_cast<std::size_t>(points == 0 ? 0 : i * last / points);
    times.push_back(solution.times[at]);
    kept.push_back(model.in_units(solution.trajectory[at].select(1, 0), references).select(1, 0));
  }
  return at::stack(kept, 1).view({states.count(), paths_per_state, -1});
}

/// (S, times, actions), as write_flow_figures() has it in the landmarks.
at::Tensor field(const FlowModel& model, const States& states, const at::Tensor& times, const at::Tensor& actions) {
  const Condition condition = repeat(model, states, field_actions);
  const PolicyDescription& d = model.description();
  const double offset = d.actions.offset[0], scale = d.actions.scale[0];
  const std::int64_t rows = states.count() * field_actions;
  at::Tensor z = at::full({rows, d.policy.horizon.prediction, static_cast<std::int64_t>(d.spec.actions.size())}, 0.0,
                          times.options());
  const at::Tensor references = model.references(view_as_tensor(states.observations)).select(1, 0);  // (S)
  const at::Tensor relative = actions.to(at::kCPU, at::kDouble) - references.unsqueeze(1);           // (S, actions)
  z.select(2, 0).select(1, 0).copy_(((relative - offset) / scale).flatten());
  std::vector<at::Tensor> velocity;
  for (std::int64_t i = 0; i < field_times; ++i) {
    const at::Tensor v = model.velocity(condition, z, times[i].expand({rows})).select(2, 0).select(1, 0);
    velocity.push_back((v * scale).view({states.count(), field_actions}));
  }
  return at::stack(velocity, 1);
}

void write(Hdf5Writer& out, const std::string& path, std::vector<std::uint64_t> shape, const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  out.array(path, shape, std::span<const float>(values.data_ptr<float>(), static_cast<std::size_t>(values.numel())));
}

void write_axes(Hdf5Writer& out, const std::vector<Axis>& axes) {
  std::string names, units;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    names += (i > 0 ? "\n" : "") + axes[i].name;
    units += (i > 0 ? "\n" : "") + axes[i].unit;
    out.array("/explorer/axis_" + std::to_string(i), {axes[i].values.size()}, std::span<const double>(axes[i].values));
  }
  out.attribute("/explorer", "axis_names", names);
  out.attribute("/explorer", "axis_units", units);
}

void write(Hdf5Writer& out, const FlowModel& model, const States& states, std::uint64_t seed) {
  std::vector<double> sample_times;
  const at::Tensor paths = sample_paths(model, states, RandomStream(seed, "explorer"), sample_times);
  const Eigen::VectorXd expert = states.expert_actions.col(0);
  double low = paths.min().item<double>(), high = paths.max().item<double>();
  if (expert.allFinite()) {
    low = std::min(low, expert.minCoeff());
    high = std::max(high, expert.maxCoeff());
  }
  const at::TensorOptions options = model.parameters().front().options();
  const at::Tensor actions = at::linspace(low, high, field_actions, options);
  const TimeInterval interval = model.sampler().prediction().interval();
  const at::Tensor times = at::linspace(interval.begin, interval.end, field_times, options);

  std::vector<std::uint64_t> grid;
  for (const Axis& axis : states.axes) grid.push_back(axis.values.size());
  grid.resize(2, 1);
  const auto over_grid = [&](std::initializer_list<std::uint64_t> more) {
    std::vector<std::uint64_t> shape = grid;
    shape.insert(shape.end(), more);
    return shape;
  };
  out.group("/explorer");
  write_axes(out, states.axes);
  write(out, "/explorer/times", {field_times}, times);
  write(out, "/explorer/actions", {field_actions}, actions);
  write(out, "/explorer/velocity", over_grid({field_times, field_actions}), field(model, states, times, actions));
  out.array("/explorer/sample_times", {sample_times.size()}, std::span<const double>(sample_times));
  write(out, "/explorer/samples", over_grid({paths_per_state, sample_times.size()}), paths);
  out.array("/explorer/expert", grid, std::span<const double>(expert.data(), static_cast<std::size_t>(expert.size())));
}

}  // namespace

void write_explorer(Hdf5Writer& out, const EvaluationFileInput& input, const Evaluation& evaluation) {
  const at::NoGradGuard no_grad;
  const auto* model = dynamic_cast<const FlowModel*>(input.model.get());
  if (model == nullptr) return;
  if (input.spec().states.size() == 2 && are_bounded(input.spec().states)) {
    write(out, *model, grid_states(input), evaluation.seed);
    return;
  }
  const bool has_expert = !evaluation.expert_episodes.empty();
  const std::vector<Episode>& episodes = has_expert ? evaluation.expert_episodes : evaluation.policy_episodes;
  if (episodes.empty() || episodes.front().steps() < 2) return;
  States states = episode_states(episodes.front());
  if (!has_expert) states.expert_actions = unknown_actions(states.count(), input.spec());
  write(out, *model, states, evaluation.seed);
}

}  // namespace fm

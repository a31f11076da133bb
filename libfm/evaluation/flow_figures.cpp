#include "libfm/evaluation/flow_figures.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/flow_model.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fm {
namespace {

constexpr std::int64_t picture_samples = 1000, picture_times = 41, picture_actions = 61;

/// An environment's observation and goal in one state, and the expert's action there.
struct Scene {
  Matrix observation;    ///< (1, O)
  Matrix goal;           ///< (1, G)
  Matrix expert_action;  ///< (1, A), or empty if there is no expert
};

Scene scene_at(const EvaluationFileInput& input, const Landmark& landmark) {
  const std::unique_ptr<VectorEnv> env = input.env_in(
      Eigen::Map<const Matrix>(landmark.state.data(), 1, static_cast<Eigen::Index>(landmark.state.size())));
  const std::vector<int> row = {0};
  const std::vector<std::uint64_t> episode = {0};
  const std::vector<std::uint32_t> step = {0};
  if (!input.make_expert) return {env->observations(), env->goals(), {}};
  const std::unique_ptr<Policy> expert = input.make_expert();
  expert->reset(1, row);
  PolicyOutput output;
  const Matrix states = env->states();
  expert->act({env->observations(), env->goals(), episode, step, {}, &states}, output);
  return {env->observations(), env->goals(), output.actions};
}

Condition repeat(const FlowModel& model, const Scene& scene, std::int64_t rows) {
  const std::int64_t history = model.description().policy.horizon.observations;
  return model.condition(view_as_tensor(scene.observation).unsqueeze(1).repeat({rows, history, 1}),
                         view_as_tensor(scene.goal).repeat({rows, 1}));
}

void write(Hdf5Writer& out, const std::string& path, const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  const std::vector<std::uint64_t> shape(values.sizes().begin(), values.sizes().end());
  out.array(path, shape, std::span<const double>(values.data_ptr<double>(), static_cast<std::size_t>(values.numel())));
}

void write(Hdf5Writer& out, const std::string& path, const Matrix& row) {
  out.array(path, {static_cast<std::uint64_t>(row.size())},
            std::span<const double>(row.data(), static_cast<std::size_t>(row.size())));
}

struct Paths {
  at::Tensor actions;  ///< (M, times, A), the prediction's first action, in the environment's units
  std::vector<double> times;
};

Paths trace(const FlowModel& model, const Scene& scene, const RandomStream& stream, const at::TensorOptions& options) {
  std::vector<std::uint64_t> rows(static_cast<std::size_t>(picture_samples));
  std::iota(rows.begin(), rows.end(), 0);
  const std::vector<std::uint32_t> steps(rows.size(), 0);
  const PolicyDescription& d = model.description();
  const auto width = static_cast<std::int64_t>(d.spec.actions.size());
  const at::Tensor noise =
      draw_noise(stream, rows, steps, model.noises(), d.policy.horizon.prediction, width).to(options);
  const OdeSolution solution = model.trace(repeat(model, scene, picture_samples), noise);
  const at::Tensor z = at::stack(solution.trajectory, 1);  // (M, times, H, A)
  return {model.in_units(z.select(2, 0), model.references(view_as_tensor(scene.observation))), solution.times};
}

/// The velocity of the first action's first dimension at `actions`, in the environment's units. Its other dimensions
/// and the later actions of the prediction stay at 0 in normalised units.
void write_field(Hdf5Writer& out, const std::string& group, const FlowModel& model, const Scene& scene,
                 const at::Tensor& actions, const at::TensorOptions& options) {
  const Condition condition = repeat(model, scene, picture_actions);
  const PolicyDescription& d = model.description();
  const double reference = model.references(view_as_tensor(scene.observation))[0][0].item<double>();
  const double offset = d.actions.offset[0] + reference, scale = d.actions.scale[0];
  const TimeInterval interval = model.sampler().prediction().interval();
  const at::Tensor times = at::linspace(interval.begin, interval.end, picture_times, options);
  const auto width = static_cast<std::int64_t>(d.spec.actions.size());
  at::Tensor z = at::full({picture_actions, d.policy.horizon.prediction, width}, 0.0, options);
  z.select(2, 0).select(1, 0).copy_((actions - offset) / scale);
  std::vector<at::Tensor> columns;
  for (std::int64_t i = 0; i < picture_times; ++i) {
    const at::Tensor time = times[i].expand({picture_actions});
    columns.push_back(model.velocity(condition, z, time).select(2, 0).select(1, 0).to(at::kDouble) * scale);
  }
  write(out, group + "/times", times);
  write(out, group + "/actions", actions);
  write(out, group + "/velocity", at::stack(columns));
}

}  // namespace

void write_flow_figures(Hdf5Writer& out, const EvaluationFileInput& input, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  const auto* model = dynamic_cast<const FlowModel*>(input.model.get());
  const std::vector<Landmark> landmarks = input.env_factory.make(1)->landmarks();
  if (model == nullptr || landmarks.empty()) return;
  const at::TensorOptions options = model->parameters().front().options();
  std::vector<Scene> scenes;
  std::vector<Paths> paths;
  double low = INFINITY, high = -INFINITY;  // range of all actions shown
  for (const Landmark& landmark : landmarks) {
    const Scene& scene = scenes.emplace_back(scene_at(input, landmark));
    paths.push_back(trace(*model, scene, RandomStream(seed, "pictures"), options));
    const at::Tensor path_actions = paths.back().actions.select(2, 0);
    low = std::min(low, path_actions.min().item<double>());
    high = std::max(high, path_actions.max().item<double>());
    if (scene.expert_action.size() == 0) continue;
    low = std::min(low, scene.expert_action(0, 0));
    high = std::max(high, scene.expert_action(0, 0));
  }
  out.group("/flow_field");
  out.group("/denoising");
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    const std::string number = std::to_string(i), field = "/flow_field/" + number, denoising = "/denoising/" + number;
    for (const std::string& group : {field, denoising}) {
      out.group(group);
      out.attribute(group, "label", landmarks[i].name);
      write(out, group + "/observation", scenes[i].observation);
      write(out, group + "/goal", scenes[i].goal);
      if (scenes[i].expert_action.size() > 0) write(out, group + "/expert_action", scenes[i].expert_action);
      out.array(group + "/trajectory_times", {paths[i].times.size()}, std::span<const double>(paths[i].times));
    }
    write_field(out, field, *model, scenes[i], at::linspace(low, high, picture_actions, at::kDouble), options);
    write(out, field + "/trajectories", paths[i].actions.select(2, 0));
    write(out, denoising + "/trajectories", paths[i].actions);
  }
}

}  // namespace fm

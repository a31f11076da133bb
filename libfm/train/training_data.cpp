#include "libfm/train/training_data.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace fm {
namespace {

/// @param first, copies of values' row k the training row is first + k / copies
void check_float32(const char* what, const Matrix& values, const Normalisation& n, Eigen::Index first = 0,
                   Eigen::Index copies = 1) {
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      const double normalised = n.normalise(static_cast<std::size_t>(j), values(i, j));
      if (std::abs(normalised) <= std::numeric_limits<float>::max()) continue;
      throw_input_error(
          "training data: {} {} of row {} is {}, beyond float32's range when normalised; correct it, or choose a "
          "policy.normaliser that scales it",
          what, j, first + i / copies, values(i, j));
    }
  }
}

void check_actions(const Rows& rows, const PolicyModel& model) {
  const PolicyDescription& d = model.description();
  if (!model.relative_actions().any()) return check_float32("action", rows.actions, d.actions);
  constexpr Eigen::Index block = 1024;
  for (Eigen::Index begin = 0; begin < rows.size(); begin += block) {
    const Eigen::Index end = std::min(begin + block, rows.size()), horizon = d.policy.horizon.prediction;
    Matrix windows = relative_action_windows(rows, begin, end, horizon, model.relative_actions());
    windows.resize((end - begin) * horizon, rows.actions.cols());
    check_float32("relative action", windows, d.actions, begin, horizon);
  }
}

}  // namespace

Matrix observation_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t history) {
  const Eigen::Index width = rows.observations.cols();
  Matrix windows(end - begin, history * width);
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t k = 0; k < history; ++k) {
      const std::int64_t row = std::max(i - history + 1 + k, rows.begin[static_cast<std::size_t>(i)]);
      windows.row(i - begin).segment(k * width, width) = rows.observations.row(row);
    }
  }
  return windows;
}

Matrix action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon) {
  const Eigen::Index width = rows.actions.cols();
  Matrix windows(end - begin, horizon * width);
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t k = 0; k < horizon; ++k) {
      const std::int64_t row = std::min(i + k, rows.end[static_cast<std::size_t>(i)] - 1);
      windows.row(i - begin).segment(k * width, width) = rows.actions.row(row);
    }
  }
  return windows;
}

Matrix relative_action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon,
                               const RelativeActions& relative) {
  const Matrix observations = rows.observations.middleRows(begin, end - begin);
  return action_windows(rows, begin, end, horizon) - relative.references(observations).replicate(1, horizon);
}

Matrix predicted_actions(const Rows& rows, const PolicyDescription& d) {
  const RelativeActions relative(d.spec, d.policy.relative);
  if (!relative.any()) return rows.actions;
  Matrix windows = relative_action_windows(rows, 0, rows.size(), d.policy.horizon.prediction, relative);
  windows.resize(rows.size() * d.policy.horizon.prediction, rows.actions.cols());
  return windows;
}

TrainingData::TrainingData(const Rows& rows, const PolicyModel& model) : clip_(model.description().actions.clip) {
  const c10::Device device = model.parameters().front().device();
  const HorizonOptions& horizon = model.description().policy.horizon;
  check_float32("observation", rows.observations, model.description().observations);
  check_float32("goal", rows.goals, model.description().goals);
  check_actions(rows, model);
  condition_ = model.condition(view_as_tensor(rows.observations).unsqueeze(1), view_as_tensor(rows.goals));
  if (horizon.prediction > 1 && model.relative_actions().any()) {
    prepare_relative_chunks(rows, model);
  } else {
    actions_ =
        model.normalised_actions(view_as_tensor(rows.actions) - model.references(view_as_tensor(rows.observations)));
  }
  const bool single = horizon.observations == 1 && horizon.prediction == 1;
  if (device.is_cuda() && single) table_ = at::cat({actions_, condition_.observations.squeeze(1), condition_.goal}, 1);
  begin_ = at::tensor(rows.begin, at::kLong).to(device);
  last_ = at::tensor(rows.end, at::kLong).to(device) - 1;
  history_ = at::arange(1 - horizon.observations, 1, begin_.options());
  ahead_ = at::arange(0, horizon.prediction, begin_.options());
}

void TrainingData::prepare_relative_chunks(const Rows& rows, const PolicyModel& model) {
  const Normalisation& n = model.description().actions;
  const at::Tensor offset = at::tensor(n.offset, at::kDouble), scale = at::tensor(n.scale, at::kDouble);
  const c10::Device device = condition_.observations.device();
  actions_ = ((view_as_tensor(rows.actions) - offset) / scale).to(device);
  references_ = (model.references(view_as_tensor(rows.observations)) / scale).to(device);
}

at::Tensor TrainingData::relative(const at::Tensor& actions, const at::Tensor& rows) const {
  const at::Tensor difference = actions - references_.index_select(0, rows).unsqueeze(1);
  return (clip_ ? difference.clamp(-1.0, 1.0) : difference).to(condition_.observations.scalar_type());
}

Batch TrainingData::batch(const at::Tensor& indices) const { return windows(indices.to(actions_.device())); }

Batch TrainingData::range(std::int64_t begin, std::int64_t end) const {
  return windows(at::arange(begin, end, begin_.options()));
}

Batch TrainingData::windows(const at::Tensor& rows) const {
  if (history_.size(0) == 1 && ahead_.size(0) == 1) return single_steps(rows);
  const at::Tensor center = rows.unsqueeze(1);
  const at::Tensor past = at::maximum(center + history_, begin_.index_select(0, rows).unsqueeze(1));
  const at::Tensor future = at::minimum(center + ahead_, last_.index_select(0, rows).unsqueeze(1));
  const auto gather = [&](const at::Tensor& values, const at::Tensor& window) {
    return values.index_select(0, window.flatten()).view({rows.size(0), window.size(1), values.size(-1)});
  };
  const at::Tensor actions = gather(actions_, future);
  return {.actions = references_.defined() ? relative(actions, rows) : actions,
          .condition = {.observations = gather(condition_.observations.squeeze(1), past),
                        .goal = goals(rows),
                        .goal_mask = condition_.goal_mask.slice(0, 0, 1).expand({rows.size(0)})}};
}

/// With no goals (G = 0) an empty column is expanded instead of indexed.
at::Tensor TrainingData::goals(const at::Tensor& rows) const {
  const at::Tensor& all = condition_.goal;
  return all.size(1) == 0 ? all.slice(0, 0, 1).expand({rows.size(0), 0}) : all.index_select(0, rows);
}

/// The fast path for windows of one row. On CUDA, where each operation costs a launch, all columns are gathered together.
Batch TrainingData::single_steps(const at::Tensor& rows) const {
  if (table_.defined()) {
    const std::int64_t actions = actions_.size(1), end = actions + condition_.observations.size(2);
    const at::Tensor batch = table_.index_select(0, rows);
    return {.actions = batch.slice(1, 0, actions).unsqueeze(1),
            .condition = {.observations = batch.slice(1, actions, end).unsqueeze(1),
                          .goal = batch.slice(1, end),
                          .goal_mask = condition_.goal_mask.slice(0, 0, 1).expand({rows.size(0)})}};
  }
  return {.actions = actions_.index_select(0, rows).unsqueeze(1),
          .condition = {.observations = condition_.observations.index_select(0, rows),
                        .goal = goals(rows),
                        .goal_mask = condition_.goal_mask.slice(0, 0, 1).expand({rows.size(0)})}};
}

}  // namespace fm

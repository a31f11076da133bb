#include "libfm/train/training_data.hpp"

#include "libfm/policy/tensor_view.hpp"

#include <ATen/ops/index_select.h>

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

/// Appends the selected pieces, in their own order, below each other.
class RowCollector {
 public:
  explicit RowCollector(Eigen::Index rows) : rows_(rows) {}

  void add(const Matrix& observations, const Matrix& goals, const Matrix& actions) {
    if (filled_ == 0) {
      result_ = {Matrix(rows_, observations.cols()), Matrix(rows_, goals.cols()), Matrix(rows_, actions.cols())};
    }
    const Eigen::Index n = actions.rows();
    result_.observations.middleRows(filled_, n) = observations.topRows(n);
    result_.goals.middleRows(filled_, n) = goals.topRows(n);
    result_.actions.middleRows(filled_, n) = actions;
    filled_ += n;
  }

  Rows take() { return std::move(result_); }

 private:
  Eigen::Index rows_;
  Eigen::Index filled_ = 0;
  Rows result_;
};

/// Which of n pieces are held out.
std::vector<bool> choose(std::int64_t n, double share, const RandomStream& stream, std::uint64_t position) {
  std::vector<bool> chosen(static_cast<std::size_t>(n), false);
  if (share <= 0.0 || n < 2) return chosen;
  const auto count = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(n)), 1, n - 1);
  const auto order = permutation(stream, position, n);
  for (std::int64_t i = 0; i < count; ++i) chosen[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = true;
  return chosen;
}

Rows gather(const Dataset& dataset, const std::vector<bool>& episodes, const std::vector<bool>& states, bool wanted) {
  Eigen::Index total = std::count(states.begin(), states.end(), wanted);
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    if (episodes[i] == wanted) total += dataset.episodes[i].steps();
  }
  RowCollector rows(total);
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const Episode& e = dataset.episodes[i];
    if (episodes[i] == wanted) rows.add(e.observations, e.goals, e.actions);
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const LabelledStates& labelled = dataset.uniform_states;
    if (states[i] == wanted) {
      rows.add(labelled.observations.row(row), labelled.goals.row(row), labelled.actions.row(row));
    }
  }
  return rows.take();
}

}  // namespace

Split split_rows(const Dataset& dataset, double validation, const RandomStream& stream) {
  const auto episodes = choose(static_cast<std::int64_t>(dataset.episodes.size()), validation, stream, 0);
  const auto states = choose(dataset.uniform_states.actions.rows(), validation, stream, 1);
  return {.train = gather(dataset, episodes, states, false), .validation = gather(dataset, episodes, states, true)};
}

TrainingData::TrainingData(const Rows& rows, const PolicyModel& model) {
  const at::TensorOptions options = model.parameters().front().options();
  condition_ = model.condition(view_as_tensor(rows.observations).to(options), view_as_tensor(rows.goals).to(options));
  actions_ = model.action_normaliser().normalise(view_as_tensor(rows.actions).to(options)).unsqueeze(1);
}

Batch TrainingData::batch(const at::Tensor& indices) const {
  const at::Tensor i = indices.to(actions_.device());
  return {.actions = actions_.index_select(0, i),
          .condition = {.observations = condition_.observations.index_select(0, i),
                        .goal = condition_.goal.index_select(0, i),
                        .goal_mask = condition_.goal_mask.index_select(0, i)}};
}

Batch TrainingData::range(std::int64_t begin, std::int64_t end) const {
  return {.actions = actions_.slice(0, begin, end),
          .condition = {.observations = condition_.observations.slice(0, begin, end),
                        .goal = condition_.goal.slice(0, begin, end),
                        .goal_mask = condition_.goal_mask.slice(0, begin, end)}};
}

}  // namespace fm

#include "libfm/realtime/realtime_policy.hpp"

#include "libfm/core/parallel.hpp"

#include <algorithm>

namespace fm {

void RealtimePredictor::prepare(int rows) {
  const PolicyDescription& d = description();
  observations_.resize(rows, std::ssize(d.spec.observations) * d.policy.horizon.observations);
  goals_.resize(rows, std::ssize(d.spec.goals));
  const int workers = std::clamp(rows / rows_per_thread, 1, threads());
  workspaces_.clear();
  for (int i = 0; i < workers; ++i) workspaces_.push_back(model_->workspace(rows));
}

void RealtimePredictor::predict(const PredictionRows& in) {
  const std::ptrdiff_t observations = observations_.cols(), goals = goals_.cols();
  const std::ptrdiff_t size = model_->prediction_size();
  for (std::ptrdiff_t i = 0; i < in.rows; ++i) {
    model_->normalise_observations({in.observations + i * observations, static_cast<std::size_t>(observations)},
                                   observations_.data() + i * observations);
    model_->normalise_goal({in.goals + i * goals, static_cast<std::size_t>(goals)}, goals_.data() + i * goals);
  }
  const auto sample = [&](std::int64_t begin, std::int64_t end, RealtimeWorkspace& workspace) {
    model_->sample({.rows = static_cast<int>(end - begin),
                    .observations = observations_.data() + begin * observations,
                    .goals = goals_.data() + begin * goals,
                    .noise = in.noise + begin * size * noises(),
                    .guess = in.guesses != nullptr ? in.guesses + begin * size : nullptr,
                    .actions = in.actions + begin * size},
                   workspace);
  };
  const auto workers = static_cast<std::int64_t>(workspaces_.size());
  if (in.rows <= rows_per_thread || workers == 1) return sample(0, in.rows, workspaces_.front());
  const std::int64_t share = (in.rows + workers - 1) / workers;
  for_each_block(in.rows, share, [&](std::int64_t begin, std::int64_t end) {
    sample(begin, end, workspaces_[static_cast<std::size_t>(begin / share)]);
  });
}

void RealtimePredictor::execute(const FloatMatrix& normalised, const Matrix& references, Matrix& actions) const {
  for (Eigen::Index i = 0; i < actions.rows(); ++i) {
    model_->execute(normalised.row(i).data(), references.row(i).data(), actions.row(i).data());
  }
}

}  // namespace fm

#include "libfm/realtime/realtime_policy.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/model/noise.hpp"

#include <algorithm>

namespace fm {

RealtimePolicy::RealtimePolicy(std::shared_ptr<const RealtimeModel> model, const RandomStream& noise)
    : model_(std::move(model)), noise_(noise), horizon_(model_->description()),
      action_(model_->description().spec.actions.size()) {
  const PolicyDescription& d = model_->description();
  const int size = d.policy.horizon.prediction * static_cast<int>(action_.size());
  noise_size_ = d.sampler.action_noise > 0.0 ? 2 * size : size;
  resize(1);
}

void RealtimePolicy::reset(int copies, std::span<const int> rows) {
  horizon_.reset(copies, rows);
  resize(copies);
}

void RealtimePolicy::resize(int rows) {
  if (observations_.rows() == rows) return;
  const PolicyDescription& d = model_->description();
  const auto size = static_cast<Eigen::Index>(action_.size()) * d.policy.horizon.prediction;
  due_.reserve(static_cast<std::size_t>(rows));
  observations_.resize(rows, static_cast<Eigen::Index>(d.spec.observations.size()) * d.policy.horizon.observations);
  goals_.resize(rows, static_cast<Eigen::Index>(d.spec.goals.size()));
  noises_.resize(rows, noise_size_);
  for (Matrix* matrix : {&z0_, &guesses_, &predictions_}) matrix->resize(rows, size);
  const int workers = std::clamp(rows / rows_a_thread, 1, threads());
  workspaces_.clear();
  for (int i = 0; i < workers; ++i) workspaces_.push_back(model_->workspace(rows));
}

void RealtimePolicy::act_from(const PolicyInput& input, const Matrix* noise, PolicyOutput& output) {
  const int rows = static_cast<int>(input.observations.rows());
  resize(rows);
  horizon_.observe(input.observations, input.goals);
  for (const bool from_last : {false, true}) {
    due_.clear();
    for (int i = 0; i < rows; ++i) {
      const bool later = model_->description().sampler.warm_start > 0.0 && horizon_.has_prediction(i);
      if (horizon_.is_due(i) && later == from_last) due_.push_back(i);
    }
    if (!due_.empty()) predict(input, noise, from_last);
  }
  output.actions.resize(rows, static_cast<Eigen::Index>(action_.size()));
  output.extras.resize(rows, 0);
  for (int i = 0; i < rows; ++i) {
    horizon_.next_action(i, action_);
    model_->execute(action_.data(), output.actions.row(i).data());
  }
}

void RealtimePolicy::predict(const PolicyInput& input, const Matrix* noise, bool from_last) {
  gather(input, noise, from_last);
  const int rows = static_cast<int>(due_.size());
  const int share = (rows + static_cast<int>(workspaces_.size()) - 1) / static_cast<int>(workspaces_.size());
  if (rows <= rows_a_thread || workspaces_.size() == 1) {
    sample(0, rows, workspaces_.front(), from_last);
  } else {
    for_each_block(rows, share, [&](std::int64_t begin, std::int64_t end) {
      sample(static_cast<int>(begin), static_cast<int>(end), workspaces_[static_cast<std::size_t>(begin / share)],
             from_last);
    });
  }
  const auto size = predictions_.cols();
  const auto action_noise = static_cast<float>(model_->description().sampler.action_noise);
  for (int k = 0; k < rows; ++k) {
    if (action_noise > 0.0F) predictions_.row(k) += action_noise * noises_.row(k).tail(size);
    horizon_.add_prediction(due_[static_cast<std::size_t>(k)], row_span(predictions_, k));
  }
}

void RealtimePolicy::gather(const PolicyInput& input, const Matrix* noise, bool from_last) {
  for (std::size_t k = 0; k < due_.size(); ++k) {
    const int i = due_[k];
    const auto row = static_cast<Eigen::Index>(k);
    const auto goal = static_cast<std::size_t>(goals_.cols());
    model_->normalise_observations(horizon_.history(i), observations_.row(row).data());
    model_->normalise_goal({input.goals.data() + i * input.goals.cols(), goal}, goals_.data() + row * goals_.cols());
    if (noise != nullptr) {
      noises_.row(row) = noise->row(i);
    } else {
      const auto of = static_cast<std::size_t>(i);
      draw_noise(noise_, input.episodes[of], input.steps[of], row_span(noises_, row));
    }
    z0_.row(row) = noises_.row(row).head(z0_.cols());
    if (from_last) horizon_.guess(i, row_span(guesses_, row));
  }
}

void RealtimePolicy::sample(int begin, int end, RealtimeWorkspace& workspace, bool from_last) {
  model_->sample({.rows = end - begin,
                  .observations = observations_.row(begin).data(),
                  .goals = goals_.data() + begin * goals_.cols(),
                  .noise = z0_.row(begin).data(),
                  .guess = from_last ? guesses_.row(begin).data() : nullptr,
                  .actions = predictions_.row(begin).data()},
                 workspace);
}

}  // namespace fm

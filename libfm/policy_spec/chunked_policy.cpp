#include "libfm/policy_spec/chunked_policy.hpp"

#include "libfm/flow_math/noise.hpp"

#include <algorithm>

namespace fm {
namespace {

template <class Rows>
std::span<typename Rows::Scalar> row_span(Rows& matrix, Eigen::Index row) {
  return {matrix.data() + row * matrix.cols(), static_cast<std::size_t>(matrix.cols())};
}

int prediction_size(const PolicyDescription& d) {
  return d.policy.horizon.prediction * static_cast<int>(d.spec.actions.size());
}

}  // namespace

ChunkedPolicy::ChunkedPolicy(std::unique_ptr<Predictor> predictor, const RandomStream& noise)
    : predictor_(std::move(predictor)), noise_(noise), horizon_(predictor_->description()),
      rate_limit_(predictor_->description()) {
  const PolicyDescription& d = predictor_->description();
  noise_size_ = (predictor_->noises() + (d.sampler.action_noise > 0.0 ? 1 : 0)) * prediction_size(d);
  prepare(1);
}

void ChunkedPolicy::reset(int copies, std::span<const int> rows) {
  horizon_.reset(copies, rows);
  rate_limit_.reset(copies, rows);
  if (observations_.rows() != copies) prepare(copies);
}

void ChunkedPolicy::prepare(int rows) {
  const PolicyDescription& d = predictor_->description();
  const Eigen::Index size = prediction_size(d);
  due_.reserve(static_cast<std::size_t>(rows));
  observations_.resize(rows, std::ssize(d.spec.observations) * d.policy.horizon.observations);
  goals_.resize(rows, std::ssize(d.spec.goals));
  noises_.resize(rows, predictor_->noises() * size);
  action_noises_.resize(rows, noise_size_ - noises_.cols());
  guesses_.resize(rows, size);
  predictions_.resize(rows, size);
  actions_.resize(rows, std::ssize(d.spec.actions));
  references_.resize(rows, actions_.cols());
  predictor_->prepare(rows);
}

void ChunkedPolicy::act_from(const PolicyInput& input, const FloatMatrix* noise, PolicyOutput& output) {
  const PolicyDescription& d = predictor_->description();
  const int rows = static_cast<int>(input.observations.rows());
  if (rows > observations_.rows()) prepare(rows);
  horizon_.observe(input);
  const bool continues = d.sampler.warm_start > 0.0 || d.sampler.prefix != "none";
  for (const bool from_last : {false, true}) {
    due_.clear();
    for (int i = 0; i < rows; ++i) {
      const int copy = input.copy(i);
      const bool later = continues && horizon_.has_guess(copy);
      if (horizon_.is_due(copy) && later == from_last) due_.push_back(i);
    }
    if (!due_.empty()) predict(input, noise, from_last);
  }
  actions_.resize(rows, std::ssize(d.spec.actions));
  references_.resize(rows, actions_.cols());
  output.actions.resize(rows, actions_.cols());
  for (int i = 0; i < rows; ++i) {
    horizon_.next_action(input.copy(i), row_span(actions_, i), row_span(references_, i));
  }
  predictor_->execute(actions_, references_, output.actions);
  rate_limit_.apply(input, output.actions);
}

void ChunkedPolicy::predict(const PolicyInput& input, const FloatMatrix* noise, bool from_last) {
  gather(input, noise, from_last);
  const int rows = static_cast<int>(due_.size());
  predictor_->predict({.rows = rows,
                       .observations = observations_.data(),
                       .goals = goals_.data(),
                       .noise = noises_.data(),
                       .guesses = from_last ? guesses_.data() : nullptr,
                       .actions = predictions_.data()});
  const auto action_noise = static_cast<float>(predictor_->description().sampler.action_noise);
  for (int k = 0; k < rows; ++k) {
    if (action_noise > 0.0F) predictions_.row(k) += action_noise * action_noises_.row(k);
    horizon_.add_prediction(input.copy(due_[static_cast<std::size_t>(k)]), row_span(predictions_, k));
  }
}

void ChunkedPolicy::gather(const PolicyInput& input, const FloatMatrix* noise, bool from_last) {
  for (std::size_t k = 0; k < due_.size(); ++k) {
    const int i = due_[k], copy = input.copy(i);
    const auto row = static_cast<Eigen::Index>(k);
    const std::span<const double> history = horizon_.history(copy);
    std::ranges::copy(history, observations_.row(row).data());
    goals_.row(row) = input.goals.row(i);
    if (noise != nullptr) {
      noises_.row(row) = noise->row(i).head(noises_.cols());
      action_noises_.row(row) = noise->row(i).tail(action_noises_.cols());
    } else {
      const auto of = static_cast<std::size_t>(i);
      draw_noise(noise_, input.episodes[of], input.steps[of], row_span(noises_, row), row_span(action_noises_, row));
    }
    if (from_last) horizon_.guess(copy, row_span(guesses_, row));
  }
}

}  // namespace fm

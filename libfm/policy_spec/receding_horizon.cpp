#include "libfm/policy_spec/receding_horizon.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

constexpr double max_numbers = 1 << 26;  ///< per copy; keeps products of sizes far from overflow

}  // namespace

RecedingHorizon::RecedingHorizon(const PolicyDescription& d)
    : history_(d.policy.horizon.observations), horizon_(d.policy.horizon.prediction), executed_(d.sampler.executed),
      observations_(static_cast<int>(d.spec.observations.size())), actions_(static_cast<int>(d.spec.actions.size())),
      goals_(static_cast<int>(d.spec.goals.size())),
      kept_(d.sampler.ensemble > 0.0 ? (horizon_ + executed_ - 1) / executed_ : 1), decay_(d.sampler.ensemble),
      relative_(d.spec, d.policy.relative), scale_(d.actions.scale) {
  if (executed_ > horizon_) {
    throw_input_error("sampler.executed: {} exceeds policy.horizon.prediction: {}", executed_, horizon_);
  }
  const double numbers =
      static_cast<double>(history_) * observations_ + static_cast<double>(kept_) * horizon_ * actions_;
  if (numbers > max_numbers) {
    throw_input_error(
        "policy.horizon: a history of {} observations of size {} and {} predictions of {} actions of size {} need too "
        "much memory",
        history_, observations_, kept_, horizon_, actions_);
  }
}

void RecedingHorizon::resize(std::size_t copies) {
  const auto wide = [copies](int width) { return copies * static_cast<std::size_t>(width); };
  copies_.resize(copies);
  histories_.resize(wide(history_ * observations_));
  last_goals_.resize(wide(goals_));
  predictions_.resize(wide(kept_ * horizon_ * actions_));
  references_.resize(wide(kept_ * actions_));
  ages_.resize(wide(kept_));
}

void RecedingHorizon::reset(int copies, std::span<const int> rows) {
  resize(static_cast<std::size_t>(copies));
  for (const int i : rows) copies_[static_cast<std::size_t>(i)] = Copy();
}

void RecedingHorizon::observe(const PolicyInput& input) {
  for (Eigen::Index i = 0; i < input.observations.rows(); ++i) {
    const auto copy = static_cast<std::size_t>(input.copy(i));
    if (copy >= copies_.size()) resize(copy + 1);
    observe(copy, input.observations.row(i).data(), input.goals.row(i).data());
  }
}

void RecedingHorizon::observe(std::size_t copy, const double* observation, const double* goal) {
  double* history = histories_.data() + copy * static_cast<std::size_t>(history_ * observations_);
  bool& fresh = copies_[copy].fresh;
  if (!fresh) std::copy(history + observations_, history + history_ * observations_, history);
  for (int k = fresh ? 0 : history_ - 1; k < history_; ++k) {
    std::copy(observation, observation + observations_, history + k * observations_);
  }
  fresh = false;
  double* last_goal = last_goals_.data() + copy * static_cast<std::size_t>(goals_);
  if (!std::equal(goal, goal + goals_, last_goal)) copies_[copy].predictions = 0;
  std::copy(goal, goal + goals_, last_goal);
}

bool RecedingHorizon::is_due(int copy) const { return !has_prediction(copy) || ages_[slot(copy, 0)] >= executed_; }

std::span<const double> RecedingHorizon::history(int copy) const {
  const auto size = static_cast<std::size_t>(history_ * observations_);
  return std::span(histories_).subspan(static_cast<std::size_t>(copy) * size, size);
}

void RecedingHorizon::guess(int copy, std::span<float> actions) const {
  const std::size_t last = slot(copy, 0);
  for (int i = 0; i < horizon_; ++i) {
    const float* action = action_at(last, std::min(i + ages_[last], horizon_ - 1));
    std::copy(action, action + actions_, actions.begin() + i * actions_);
  }
  if (relative_.any()) rebase(copy, actions);
}

void RecedingHorizon::rebase(int copy, std::span<float> actions) const {
  const std::size_t width = scale_.size();
  const double* before = references_.data() + slot(copy, 0) * width;
  for (std::size_t j = 0; j < width; ++j) {
    const double now = relative_.reference(j, current_observation(copy));
    const auto shift = static_cast<float>((before[j] - now) / scale_[j]);
    for (std::size_t i = j; i < actions.size(); i += width) actions[i] += shift;
  }
}

const double* RecedingHorizon::current_observation(int copy) const {
  return history(copy).data() + static_cast<std::ptrdiff_t>(history_ - 1) * observations_;
}

void RecedingHorizon::add_prediction(int copy, std::span<const float> actions) {
  Copy& c = copies_[static_cast<std::size_t>(copy)];
  c.newest = (c.newest + kept_ - 1) % kept_;
  c.predictions = std::min(c.predictions + 1, kept_);
  const std::size_t newest = slot(copy, 0);
  std::copy(actions.begin(), actions.end(),
            predictions_.begin() + static_cast<std::ptrdiff_t>(newest * actions.size()));
  relative_.references(current_observation(copy), reference_of(newest));
  ages_[newest] = 0;
}

void RecedingHorizon::next_action(int copy, std::span<float> action, std::span<double> reference) {
  std::fill(action.begin(), action.end(), 0.0F);
  std::fill(reference.begin(), reference.end(), 0.0);
  double total = 0.0, weight = 1.0;
  for (int back = 0; back < copies_[static_cast<std::size_t>(copy)].predictions; ++back) {
    const std::size_t prediction = slot(copy, back);
    int& age = ages_[prediction];
    if (age < horizon_) {
      const float* predicted = action_at(prediction, age);
      const double* from = reference_of(prediction);
      for (std::size_t j = 0; j < action.size(); ++j) {
        action[j] += static_cast<float>(weight) * predicted[j];
        reference[j] += weight * from[j];
      }
      total += weight;
    }
    ++age;
    weight *= std::exp(-decay_);
  }
  if (total != 1.0) {
    for (float& number : action) number /= static_cast<float>(total);
    for (double& number : reference) number /= total;
  }
  const auto is_finite = [](auto number) { return std::isfinite(number); };
  const bool finite = std::all_of(action.begin(), action.end(), is_finite) &&
                      std::all_of(reference.begin(), reference.end(), is_finite);
  if (!finite) copies_[static_cast<std::size_t>(copy)].predictions = 0;
}

std::size_t RecedingHorizon::slot(int copy, int back) const {
  return static_cast<std::size_t>(copy * kept_ + (copies_[static_cast<std::size_t>(copy)].newest + back) % kept_);
}

const float* RecedingHorizon::action_at(std::size_t slot, int index) const {
  return predictions_.data() + (slot * static_cast<std::size_t>(horizon_) + static_cast<std::size_t>(index)) *
                                   static_cast<std::size_t>(actions_);
}

}  // namespace fm

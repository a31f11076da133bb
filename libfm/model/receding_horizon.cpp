#include "libfm/model/receding_horizon.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

constexpr double most_numbers = 1 << 26;  ///< of a row; products of sizes stay far from overflow

}  // namespace

RecedingHorizon::RecedingHorizon(const PolicyDescription& d)
    : history_(d.policy.horizon.observations), horizon_(d.policy.horizon.prediction), executed_(d.sampler.executed),
      observations_(static_cast<int>(d.spec.observations.size())), actions_(static_cast<int>(d.spec.actions.size())),
      goals_(static_cast<int>(d.spec.goals.size())),
      kept_(d.sampler.ensemble > 0.0 ? (horizon_ + executed_ - 1) / executed_ : 1), decay_(d.sampler.ensemble) {
  if (executed_ > horizon_) {
    throw_input_error("sampler.executed: {} actions cannot be executed of policy.horizon.prediction: {}", executed_,
                      horizon_);
  }
  const double numbers =
      static_cast<double>(history_) * observations_ + static_cast<double>(kept_) * horizon_ * actions_;
  if (numbers > most_numbers) {
    throw_input_error(
        "policy.horizon: {} observations of {} numbers and {} predictions of {} actions of {} are too many to remember",
        history_, observations_, kept_, horizon_, actions_);
  }
}

void RecedingHorizon::resize(std::size_t rows) {
  const auto wide = [rows](int width) { return rows * static_cast<std::size_t>(width); };
  rows_.resize(rows);
  histories_.resize(wide(history_ * observations_));
  asked_.resize(wide(goals_));
  predictions_.resize(wide(kept_ * horizon_ * actions_));
  ages_.resize(wide(kept_));
}

void RecedingHorizon::reset(int copies, std::span<const int> rows) {
  resize(static_cast<std::size_t>(copies));
  for (const int i : rows) rows_[static_cast<std::size_t>(i)] = Row();
}

void RecedingHorizon::observe(const Matrix& observations, const Matrix& goals) {
  resize(static_cast<std::size_t>(observations.rows()));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const float* now = observations.row(static_cast<Eigen::Index>(i)).data();
    float* history = histories_.data() + i * static_cast<std::size_t>(history_ * observations_);
    if (!rows_[i].fresh) std::copy(history + observations_, history + history_ * observations_, history);
    for (int k = rows_[i].fresh ? 0 : history_ - 1; k < history_; ++k) {
      std::copy(now, now + observations_, history + k * observations_);
    }
    rows_[i].fresh = false;
    const float* goal = goals.row(static_cast<Eigen::Index>(i)).data();
    float* asked = asked_.data() + i * static_cast<std::size_t>(goals_);
    if (!std::equal(goal, goal + goals_, asked)) rows_[i].predictions = 0;
    std::copy(goal, goal + goals_, asked);
  }
}

bool RecedingHorizon::is_due(int row) const { return !has_prediction(row) || ages_[slot(row, 0)] >= executed_; }

std::span<const float> RecedingHorizon::history(int row) const {
  const auto size = static_cast<std::size_t>(history_ * observations_);
  return std::span(histories_).subspan(static_cast<std::size_t>(row) * size, size);
}

void RecedingHorizon::guess(int row, std::span<float> actions) const {
  const std::size_t last = slot(row, 0);
  for (int i = 0; i < horizon_; ++i) {
    const float* action = action_at(last, std::min(i + ages_[last], horizon_ - 1));
    std::copy(action, action + actions_, actions.begin() + i * actions_);
  }
}

void RecedingHorizon::add_prediction(int row, std::span<const float> actions) {
  Row& r = rows_[static_cast<std::size_t>(row)];
  r.newest = (r.newest + kept_ - 1) % kept_;
  r.predictions = std::min(r.predictions + 1, kept_);
  const std::size_t newest = slot(row, 0);
  std::copy(actions.begin(), actions.end(),
            predictions_.begin() + static_cast<std::ptrdiff_t>(newest * actions.size()));
  ages_[newest] = 0;
}

void RecedingHorizon::next_action(int row, std::span<float> action) {
  std::fill(action.begin(), action.end(), 0.0F);
  double total = 0.0, weight = 1.0;
  for (int back = 0; back < rows_[static_cast<std::size_t>(row)].predictions; ++back) {
    const std::size_t prediction = slot(row, back);
    int& age = ages_[prediction];
    if (age < horizon_) {
      const float* predicted = action_at(prediction, age);
      for (std::size_t j = 0; j < action.size(); ++j) action[j] += static_cast<float>(weight) * predicted[j];
      total += weight;
    }
    ++age;
    weight *= std::exp(-decay_);
  }
  if (total != 1.0) {
    for (float& number : action) number /= static_cast<float>(total);
  }
  const bool finite = std::all_of(action.begin(), action.end(), [](float number) { return std::isfinite(number); });
  if (!finite) rows_[static_cast<std::size_t>(row)].predictions = 0;
}

std::size_t RecedingHorizon::slot(int row, int back) const {
  return static_cast<std::size_t>(row * kept_ + (rows_[static_cast<std::size_t>(row)].newest + back) % kept_);
}

const float* RecedingHorizon::action_at(std::size_t slot, int index) const {
  return predictions_.data() + (slot * static_cast<std::size_t>(horizon_) + static_cast<std::size_t>(index)) *
                                   static_cast<std::size_t>(actions_);
}

}  // namespace fm

#include "libfm/policy_spec/receding_horizon.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

constexpr double max_numbers = 1 << 26;  ///< per copy; keeps products of sizes far from overflow

}  // namespace

std::vector<HorizonProblem> horizon_problems(const HorizonOptions& horizon, const SamplerOptions& sampler) {
  const int predicted = horizon.prediction, executed = sampler.executed, delay = sampler.delay;
  std::vector<HorizonProblem> problems;
  const auto refuse = [&](std::vector<const char*> keys, std::string text) {
    problems.push_back({std::move(keys), std::move(text)});
  };
  if (executed > predicted) {
    refuse(
        {"sampler.executed", "policy.horizon.prediction"},
        fmt::format("{} exceeds policy.horizon.prediction: {}, the number of predicted actions", executed, predicted));
  } else if (delay + executed > predicted) {
    refuse(
        {"sampler.delay", "sampler.executed", "policy.horizon.prediction"},
        fmt::format("{} and sampler.executed: {} together exceed policy.horizon.prediction: {}, so that a prediction's "
                    "actions would end before the next are there",
                    delay, executed, predicted));
  } else if (delay > executed) {
    refuse({"sampler.delay", "sampler.executed"},
           fmt::format("{} exceeds sampler.executed: {}, so that a prediction would begin before the last is there",
                       delay, executed));
  }
  if (horizon.largest_delay >= predicted) {
    refuse({"policy.horizon.largest_delay", "policy.horizon.prediction"},
           fmt::format("{} leaves none of policy.horizon.prediction: {} actions to predict", horizon.largest_delay,
                       predicted));
  }
  if (sampler.prefix == "trained" && (horizon.largest_delay == 0 || delay > horizon.largest_delay)) {
    refuse({"sampler.prefix", "sampler.delay", "policy.horizon.largest_delay"},
           fmt::format("trained needs a policy.horizon.largest_delay of at least 1 and sampler.delay: {}, not {}",
                       delay, horizon.largest_delay));
  }
  if (sampler.prefix != "none" && sampler.ensemble > 0.0) {
    refuse({"sampler.prefix", "sampler.ensemble"},
           "a prediction continues a single one, not an ensemble; set sampler.ensemble: 0");
  }
  if (sampler.prefix != "none" && sampler.warm_start > 0.0) {
    refuse({"sampler.prefix", "sampler.warm_start"}, "sampling starts from noise; set sampler.warm_start: 0");
  }
  return problems;
}

RecedingHorizon::RecedingHorizon(const PolicyDescription& d)
    : history_(d.policy.horizon.observations), horizon_(d.policy.horizon.prediction), executed_(d.sampler.executed),
      delay_(d.sampler.delay), observations_(static_cast<int>(d.spec.observations.size())),
      actions_(static_cast<int>(d.spec.actions.size())), goals_(static_cast<int>(d.spec.goals.size())),
      kept_(delay_ > 0 ? 2 : 1), averages_(d.sampler.ensemble > 0.0), decay_(d.sampler.ensemble),
      relative_(d.spec, d.policy.relative), scale_(d.actions.scale),
      visible_goals_(visible_inputs(d.spec, d.policy.hidden).goals) {
  const std::vector<HorizonProblem> problems = horizon_problems(d.policy.horizon, d.sampler);
  if (!problems.empty()) throw_input_error("{}: {}", problems.front().keys.front(), problems.front().text);
  if (averages_) kept_ = (horizon_ + executed_ - 1) / executed_;
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
  predicted_.resize(wide(kept_ * horizon_ * actions_));
  references_.resize(wide(kept_ * actions_));
  predictions_.resize(wide(kept_));
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
  bool changes = false;
  for (int j = 0; j < goals_; ++j) {
    changes = changes || (visible_goals_[static_cast<std::size_t>(j)] != 0.0 && goal[j] != last_goal[j]);
  }
  if (changes) ++copies_[copy].goal;
  std::copy(goal, goal + goals_, last_goal);
}

bool RecedingHorizon::is_due(int copy) const {
  const Copy& c = copies_[static_cast<std::size_t>(copy)];
  if (c.predictions == 0) return true;
  const Prediction& last = predictions_[slot(copy, 0)];
  return last.age >= executed_ || (last.goal != c.goal && last.age >= last.begin);
}

bool RecedingHorizon::has_guess(int copy) const {
  const Copy& c = copies_[static_cast<std::size_t>(copy)];
  return c.predictions > 0 && predictions_[slot(copy, 0)].goal == c.goal;
}

std::span<const double> RecedingHorizon::history(int copy) const {
  const auto size = static_cast<std::size_t>(history_ * observations_);
  return std::span(histories_).subspan(static_cast<std::size_t>(copy) * size, size);
}

void RecedingHorizon::guess(int copy, std::span<float> actions) const {
  const std::size_t last = slot(copy, 0);
  for (int i = 0; i < horizon_; ++i) {
    const float* action = action_at(last, std::min(i + predictions_[last].age, horizon_ - 1));
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
  const int begin = c.predictions > 0 ? delay_ : 0;
  c.newest = (c.newest + kept_ - 1) % kept_;
  c.predictions = std::min(c.predictions + 1, kept_);
  const std::size_t newest = slot(copy, 0);
  std::copy(actions.begin(), actions.end(), predicted_.begin() + static_cast<std::ptrdiff_t>(newest * actions.size()));
  predictions_[newest] = {.age = 0, .begin = begin, .goal = c.goal};
  relative_.references(current_observation(copy), reference_of(newest));
}

void RecedingHorizon::next_action(int copy, std::span<float> action, std::span<double> reference) {
  std::fill(action.begin(), action.end(), 0.0F);
  std::fill(reference.begin(), reference.end(), 0.0);
  double total = 0.0, weight = 1.0;
  const Prediction* first = nullptr;  // the newest that is executed
  for (int back = 0; back < copies_[static_cast<std::size_t>(copy)].predictions; ++back) {
    const std::size_t place = slot(copy, back);
    Prediction& prediction = predictions_[place];
    const bool there = prediction.age >= prediction.begin && prediction.age < horizon_;
    if (there && (first == nullptr || (averages_ && prediction.goal == first->goal))) {
      if (first == nullptr) first = &prediction;
      const float* predicted = action_at(place, prediction.age);
      const double* from = reference_of(place);
      for (std::size_t j = 0; j < action.size(); ++j) {
        action[j] += static_cast<float>(weight) * predicted[j];
        reference[j] += weight * from[j];
      }
      total += weight;
    }
    ++prediction.age;
    if (first != nullptr) weight *= std::exp(-decay_);
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
  return predicted_.data() + (slot * static_cast<std::size_t>(horizon_) + static_cast<std::size_t>(index)) *
                                 static_cast<std::size_t>(actions_);
}

}  // namespace fm

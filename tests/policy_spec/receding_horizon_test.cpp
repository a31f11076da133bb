// Which prediction's action is executed at each step, against a scripted predictor.

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using Catch::Matchers::WithinAbs;

namespace {

constexpr double ahead = 0.01;  ///< between actions of a prediction

fm::PolicyDescription scripted_policy(const fm::HorizonOptions& horizon, const fm::SamplerOptions& sampler) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  fm::PolicyDescription d;
  d.spec = {.name = "scripted",
            .observations = {{"time", "", -infinity, infinity}},
            .actions = {{"copy", "", -infinity, infinity}},
            .goals = {{"goal", "", -infinity, infinity}},
            .time_step = 0.1,
            .horizon = 100};
  d.policy.horizon = horizon;
  d.sampler = sampler;
  d.observations = d.actions = d.goals = fm::identity_normalisation(1);
  return d;
}

/// Predicts the observation, plus 0.01 for each step ahead.
class ScriptedPredictor final : public fm::Predictor {
 public:
  struct Log {
    std::vector<double> begun;                ///< observations of all predictions
    std::vector<std::vector<float>> guesses;  ///< of the predictions that had one
  };

  ScriptedPredictor(const fm::PolicyDescription& description, Log& log) : description_(description), log_(log) {}

  const fm::PolicyDescription& description() const override { return description_; }

  void predict(const fm::PredictionRows& rows) override {
    const int horizon = description_.policy.horizon.prediction;
    for (int i = 0; i < rows.rows; ++i) {
      const double seen = rows.observations[i];
      log_.begun.push_back(seen);
      if (rows.guesses != nullptr) {
        log_.guesses.emplace_back(rows.guesses + i * horizon, rows.guesses + (i + 1) * horizon);
      }
      for (int k = 0; k < horizon; ++k) rows.actions[i * horizon + k] = static_cast<float>(seen + ahead * k);
    }
  }

  void execute(const fm::FloatMatrix& normalised, const fm::Matrix& references, fm::Matrix& actions) const override {
    actions = normalised.cast<double>() + references;
  }

 private:
  fm::PolicyDescription description_;
  Log& log_;
};

/// Rows whose observation is the step, plus 1000 for each row.
struct ScriptedRows {
  ScriptedPredictor::Log log;
  fm::ChunkedPolicy policy;
  int rows;
  std::uint32_t step = 0;

  explicit ScriptedRows(const fm::PolicyDescription& d, int count = 1)
      : policy(std::make_unique<ScriptedPredictor>(d, log), fm::RandomStream(0, "noise")), rows(count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    policy.reset(count, all);
  }

  /// The actions (N, 1) of the next step. @param blind the observations are not finite
  fm::Matrix act(double goal = 0.0, bool blind = false) {
    fm::Matrix observations(rows, 1);
    for (int i = 0; i < rows; ++i) observations(i, 0) = blind ? std::nan("") : step + 1000.0 * i;
    const std::vector<std::uint64_t> episodes(static_cast<std::size_t>(rows), 0);
    const std::vector<std::uint32_t> steps(static_cast<std::size_t>(rows), step++);
    fm::PolicyOutput output;
    policy.act({observations, fm::Matrix::Constant(rows, 1, goal), episodes, steps}, output);
    return output.actions;
  }
};

/// The action at step t of the prediction begun at step `from`.
double action_of(int from, int t) { return from + ahead * (t - from); }

std::string first_key(const fm::HorizonOptions& horizon, const fm::SamplerOptions& sampler) {
  const auto problems = fm::horizon_problems(horizon, sampler);
  return problems.empty() ? "" : problems.front().keys.front();
}

}  // namespace

CATCH_TEST_CASE("a prediction is executed from its delay on, an episode's first at once", "[receding_horizon]") {
  struct Setting {
    int predicted, executed, delay;
  };
  for (const auto& [predicted, executed, delay] :
       {Setting{8, 4, 0}, {8, 4, 1}, {8, 4, 3}, {8, 4, 4}, {5, 2, 1}, {6, 3, 3}, {4, 4, 0}, {2, 1, 1}, {1, 1, 0}}) {
    CATCH_INFO(predicted << " predicted, " << executed << " executed, delay " << delay);
    ScriptedRows acting(scripted_policy({.prediction = predicted}, {.executed = executed, .delay = delay}));
    for (int t = 0; t < 30; ++t) {
      const int newest = t / executed * executed;  // begun at the multiples of `executed`
      const int from = newest > 0 && t < newest + delay ? newest - executed : newest;
      CATCH_CHECK_THAT(acting.act()(0, 0), WithinAbs(action_of(from, t), 1e-4));
    }
    std::vector<double> begun;
    for (int t = 0; t < 30; t += executed) begun.push_back(t);
    CATCH_CHECK(acting.log.begun == begun);
  }
}

CATCH_TEST_CASE("a reset row's first prediction is there at once, others keep their delay", "[receding_horizon]") {
  ScriptedRows acting(scripted_policy({.prediction = 8}, {.executed = 4, .delay = 3}), 2);
  for (int t = 0; t < 5; ++t) acting.act();
  acting.policy.reset(2, std::vector{1});
  const std::vector<int> first = {0, 0, 4, 4, 4, 4, 8, 8}, second = {5, 5, 5, 5, 5, 5, 5, 9};
  for (int t = 5; t < 13; ++t) {
    const fm::Matrix actions = acting.act();
    CATCH_CHECK_THAT(actions(0, 0), WithinAbs(action_of(first[static_cast<std::size_t>(t - 5)], t), 1e-3));
    CATCH_CHECK_THAT(actions(1, 0) - 1000, WithinAbs(action_of(second[static_cast<std::size_t>(t - 5)], t), 1e-3));
  }
}

CATCH_TEST_CASE("another goal begins a prediction when the last is there, and acts when it is there itself",
                "[receding_horizon]") {
  // With a delay of 2: the goal changes while the prediction of step 4 is computed, or when the first is executed.
  const std::vector<std::pair<int, std::vector<int>>> changes = {{5, {0, 0, 0, 0, 0, 0, 4, 4, 6, 6, 6, 6, 10}},
                                                                 {2, {0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 10}}};
  for (const auto& [change, expected] : changes) {
    ScriptedRows acting(scripted_policy({.prediction = 8}, {.executed = 4, .delay = 2, .prefix = "guided"}));
    for (int t = 0; t < 13; ++t) {
      CATCH_INFO("step " << t);
      const double action = acting.act(t >= change ? 1.0 : 0.0)(0, 0);
      CATCH_CHECK_THAT(action, WithinAbs(action_of(expected[static_cast<std::size_t>(t)], t), 1e-5));
    }
    // The first prediction for a goal continues none: of 0, 4, 6, 10 and of 0, 2, 6, 10 the others do.
    CATCH_CHECK(acting.log.guesses.size() == 2);
  }
  ScriptedRows at_once(scripted_policy({.prediction = 8}, {.executed = 4}));
  for (int t = 0; t < 6; ++t) {
    CATCH_CHECK_THAT(at_once.act(t >= 3 ? 1.0 : 0.0)(0, 0), WithinAbs(action_of(t < 3 ? 0 : 3, t), 1e-5));
  }
}

CATCH_TEST_CASE("a hidden goal's changes do nothing, even if it is not a number", "[receding_horizon]") {
  fm::PolicyDescription hiding = scripted_policy({.prediction = 8}, {.executed = 4});
  hiding.policy.hidden = {"goal"};
  ScriptedRows acting(hiding);
  for (int t = 0; t < 8; ++t) {
    CATCH_CHECK_THAT(acting.act(t < 3 ? 0.0 : std::nan(""))(0, 0), WithinAbs(action_of(t / 4 * 4, t), 1e-5));
  }
}

CATCH_TEST_CASE("with a delay, an ensemble averages the predictions that are there", "[receding_horizon]") {
  ScriptedRows acting(scripted_policy({.prediction = 4}, {.executed = 1, .ensemble = std::log(2.0), .delay = 1}));
  for (int t = 0; t < 12; ++t) {
    double sum = 0.0, total = 0.0, weight = 1.0;
    for (int from = std::max(0, t - 1); from >= std::max(0, t - 3); --from, weight /= 2) {
      sum += weight * action_of(from, t);
      total += weight;
    }
    CATCH_CHECK_THAT(acting.act()(0, 0), WithinAbs(sum / total, 1e-5));
  }
}

CATCH_TEST_CASE("a prediction that is not finite is discarded when it is executed", "[receding_horizon]") {
  ScriptedRows acting(scripted_policy({.prediction = 8}, {.executed = 4, .delay = 2}));
  for (int t = 0; t < 12; ++t) {
    const double action = acting.act(0.0, t == 4)(0, 0);
    if (t == 6) {
      CATCH_CHECK(std::isnan(action));
    } else {
      CATCH_CHECK_THAT(action, WithinAbs(action_of(t < 6 ? 0 : 7, t), 1e-5));
    }
  }
}

CATCH_TEST_CASE("a continued prediction is given the last one from the current step on", "[receding_horizon]") {
  ScriptedRows acting(
      scripted_policy({.prediction = 7, .largest_delay = 2}, {.executed = 3, .delay = 2, .prefix = "trained"}));
  for (int t = 0; t < 4; ++t) acting.act();
  CATCH_REQUIRE(acting.log.guesses.size() == 1);  // none at step 0
  for (int k = 0; k < 7; ++k) {
    CATCH_CHECK_THAT(acting.log.guesses[0][static_cast<std::size_t>(k)], WithinAbs(ahead * std::min(3 + k, 6), 1e-6));
  }
}

CATCH_TEST_CASE("horizons that contradict each other are refused by their keys", "[receding_horizon]") {
  CATCH_CHECK(first_key({}, {}).empty());
  CATCH_CHECK(
      first_key({.prediction = 8, .largest_delay = 4}, {.executed = 4, .delay = 4, .prefix = "trained"}).empty());
  CATCH_CHECK(first_key({.prediction = 2}, {.executed = 3}) == "sampler.executed");
  CATCH_CHECK(first_key({.prediction = 8}, {.executed = 5, .delay = 4}) == "sampler.delay");
  CATCH_CHECK(first_key({.prediction = 8}, {.executed = 3, .delay = 4}) == "sampler.delay");
  CATCH_CHECK(first_key({.prediction = 4, .largest_delay = 4}, {}) == "policy.horizon.largest_delay");
  CATCH_CHECK(first_key({.prediction = 8}, {.executed = 2, .prefix = "trained"}) == "sampler.prefix");
  CATCH_CHECK(first_key({.prediction = 8, .largest_delay = 1}, {.executed = 2, .delay = 2, .prefix = "trained"}) ==
              "sampler.prefix");
  CATCH_CHECK(first_key({.prediction = 8}, {.ensemble = 0.1, .prefix = "guided"}) == "sampler.prefix");
  CATCH_CHECK(first_key({.prediction = 8}, {.warm_start = 0.1, .prefix = "guided"}) == "sampler.prefix");
  const std::string refusal = error_of<fm::InputError>(
      [] { const fm::RecedingHorizon refused(scripted_policy({.prediction = 8}, {.executed = 5, .delay = 4})); });
  CATCH_CHECK(
      contains(refusal, "sampler.delay: 4 and sampler.executed: 5 together exceed policy.horizon.prediction: 8"));
}

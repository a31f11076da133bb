// The C interface over RealtimePolicy.

#include "libfm/realtime/policy.h"

#include "libfm/core/error.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <numeric>
#include <string>

namespace {

fm::Precision precision_of(const fm_policy_options& options) {
  int weights = 0;  // in C an enumeration holds any number
  static_assert(sizeof weights == sizeof options.weights);
  std::memcpy(&weights, &options.weights, sizeof weights);
  if (weights == FM_POLICY_FLOAT32) return fm::Precision::float32;
  if (weights == FM_POLICY_BFLOAT16) return fm::Precision::bfloat16;
  fm::throw_input_error("fm_policy_options: weights is {}, neither FM_POLICY_FLOAT32 nor FM_POLICY_BFLOAT16", weights);
}

}  // namespace

struct fm_policy {
  fm_policy(const char* checkpoint, const fm_policy_options& options)
      : model(fm::load_realtime(checkpoint, {.precision = precision_of(options)})), seed(options.seed),
        state(std::make_unique<State>(model, seed, 1)) {}

  /// Everything that depends on the number of rows.
  struct State {
    State(const std::shared_ptr<const fm::RealtimeModel>& model, std::uint64_t seed, int count)
        : policy(model, fm::RandomStream(seed, "noise")), steps(static_cast<std::size_t>(count), 0),
          observations(count, std::ssize(model->description().spec.observations)),
          goals(count, std::ssize(model->description().spec.goals)), noise(count, policy.noise_size()) {
      std::vector<int> all(steps.size());
      std::iota(all.begin(), all.end(), 0);
      policy.reset(count, all);
      episodes.assign(all.begin(), all.end());
      output.actions.resize(count, std::ssize(model->description().spec.actions));
    }

    fm::RealtimePolicy policy;
    std::vector<std::uint64_t> episodes;  ///< by row, as the members below
    std::vector<std::uint32_t> steps;
    fm::Matrix observations, goals;
    fm::FloatMatrix noise;
    fm::PolicyOutput output;
  };

  int rows() const { return static_cast<int>(state->episodes.size()); }

  void reset_row(int row, std::uint64_t episode) {
    state->policy.reset(rows(), {&row, 1});
    state->episodes[static_cast<std::size_t>(row)] = episode;
    state->steps[static_cast<std::size_t>(row)] = 0;
  }

  /// @return the number of rows without a valid action
  int act(const double* observations, const double* goals, const double* noise, double* actions) {
    State& s = *state;
    if (goals == nullptr && s.goals.size() > 0) return rows();
    std::copy_n(observations, s.observations.size(), s.observations.data());
    if (goals != nullptr) std::copy_n(goals, s.goals.size(), s.goals.data());
    if (noise != nullptr) std::copy_n(noise, s.noise.size(), s.noise.data());
    s.policy.act_from({s.observations, s.goals, s.episodes, s.steps}, noise != nullptr ? &s.noise : nullptr, s.output);
    int invalid = 0;
    for (int i = 0; i < rows(); ++i) {
      ++s.steps[static_cast<std::size_t>(i)];
      const auto action = s.output.actions.row(i);
      if (action.allFinite()) {
        std::copy_n(action.data(), action.size(), actions + i * action.size());
      } else {
        ++invalid;
      }
    }
    return invalid;
  }

  const fm::Dimension* dimension(fm_policy_quantity quantity, int index) const {
    const fm::EnvSpec& spec = model->description().spec;
    const std::vector<fm::Dimension>& of = quantity == FM_POLICY_OBSERVATION ? spec.observations
                                           : quantity == FM_POLICY_GOAL      ? spec.goals
                                                                             : spec.actions;
    return index >= 0 && index < std::ssize(of) ? &of[static_cast<std::size_t>(index)] : nullptr;
  }

  std::shared_ptr<const fm::RealtimeModel> model;
  std::uint64_t seed;
  std::unique_ptr<State> state;
};

int fm_policy_version(void) { return FM_POLICY_VERSION; }

fm_policy* fm_policy_open(const char* checkpoint, const fm_policy_options* options, char* error,
                          std::size_t error_size) {
  try {
    if (checkpoint == nullptr) throw fm::InputError("fm_policy_open: the checkpoint path is NULL");
    return new fm_policy(checkpoint, options != nullptr ? *options : fm_policy_options{});
  } catch (const std::exception& e) {
    std::string text = e.what();
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');  // names from a file
    if (error != nullptr && error_size > 0) std::snprintf(error, error_size, "%s", text.c_str());
    return nullptr;
  }
}

int fm_policy_observation_size(const fm_policy* policy) { return static_cast<int>(policy->state->observations.cols()); }
int fm_policy_goal_size(const fm_policy* policy) { return static_cast<int>(policy->state->goals.cols()); }
int fm_policy_action_size(const fm_policy* policy) { return static_cast<int>(policy->state->output.actions.cols()); }
int fm_policy_noise_size(const fm_policy* policy) { return static_cast<int>(policy->state->noise.cols()); }

const char* fm_policy_dimension_name(const fm_policy* policy, fm_policy_quantity quantity, int dimension) {
  const fm::Dimension* found = policy->dimension(quantity, dimension);
  return found != nullptr ? found->name.c_str() : nullptr;
}

const char* fm_policy_dimension_unit(const fm_policy* policy, fm_policy_quantity quantity, int dimension) {
  const fm::Dimension* found = policy->dimension(quantity, dimension);
  return found != nullptr ? found->unit.c_str() : nullptr;
}

int fm_policy_dimension_bounds(const fm_policy* policy, fm_policy_quantity quantity, int dimension, double* low,
                               double* high) {
  const fm::Dimension* found = policy->dimension(quantity, dimension);
  if (found == nullptr) return 1;
  *low = found->low;
  *high = found->high;
  return 0;
}

int fm_policy_observation_is_hidden(const fm_policy* policy, int dimension) {
  const fm::Dimension* found = policy->dimension(FM_POLICY_OBSERVATION, dimension);
  const fm::PolicyOptions& options = policy->model->description().policy;
  const auto is_found = [&](const auto& name) { return name == found->name; };
  if (found == nullptr || std::ranges::none_of(options.hidden, is_found)) return 0;
  return std::ranges::none_of(options.relative.value, is_found) ? 1 : 0;  // actions relative to it depend on it
}

double fm_policy_time_step(const fm_policy* policy) { return policy->model->description().spec.time_step; }

void fm_policy_reset(fm_policy* policy, std::uint64_t episode) { policy->reset_row(0, episode); }

int fm_policy_act(fm_policy* policy, const double* observation, const double* goal, const double* noise,
                  double* action) {
  return policy->rows() == 1 ? policy->act(observation, goal, noise, action) : 1;
}

int fm_policy_set_rows(fm_policy* policy, int rows) {
  try {
    if (rows < 1) return 1;
    policy->state = std::make_unique<fm_policy::State>(policy->model, policy->seed, rows);
    return 0;
  } catch (const std::exception&) {
    return 1;
  }
}

int fm_policy_reset_row(fm_policy* policy, int row, std::uint64_t episode) {
  if (row < 0 || row >= policy->rows()) return 1;
  policy->reset_row(row, episode);
  return 0;
}

int fm_policy_act_rows(fm_policy* policy, const double* observations, const double* goals, const double* noise,
                       double* actions) {
  return policy->act(observations, goals, noise, actions);
}

void fm_policy_close(fm_policy* policy) { delete policy; }

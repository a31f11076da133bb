// The C interface over RealtimePolicy.

#include "libfm/realtime/policy.h"

#include "libfm/core/error.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <numeric>

struct fm_policy {
  fm_policy(const char* checkpoint, const fm_policy_options& options)
      : model(fm::load_realtime(
            checkpoint,
            {.precision = options.weights == FM_POLICY_BFLOAT16 ? fm::Precision::bfloat16 : fm::Precision::float32})),
        policy(model, fm::RandomStream(options.seed, "noise")) {
    set_rows(1);
  }

  int rows() const { return static_cast<int>(episodes.size()); }

  void set_rows(int count) {
    const fm::EnvSpec& spec = model->description().spec;
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    policy.reset(count, all);
    episodes.assign(all.begin(), all.end());
    steps.assign(all.size(), 0);
    observations.resize(count, std::ssize(spec.observations));
    goals.resize(count, std::ssize(spec.goals));
    noise.resize(count, policy.noise_size());
    output.actions.resize(count, std::ssize(spec.actions));
  }

  void reset_row(int row, std::uint64_t episode) {
    policy.reset(rows(), {&row, 1});
    episodes[static_cast<std::size_t>(row)] = episode;
    steps[static_cast<std::size_t>(row)] = 0;
  }

  /// @return the number of rows without a valid action
  int act(const double* from, const double* from_goals, const double* from_noise, double* actions) {
    if (from_goals == nullptr && goals.size() > 0) return rows();
    std::copy_n(from, observations.size(), observations.data());
    if (from_goals != nullptr) std::copy_n(from_goals, goals.size(), goals.data());
    if (from_noise != nullptr) std::copy_n(from_noise, noise.size(), noise.data());
    policy.act_from({observations, goals, episodes, steps}, from_noise != nullptr ? &noise : nullptr, output);
    int invalid = 0;
    for (int i = 0; i < rows(); ++i) {
      ++steps[static_cast<std::size_t>(i)];
      const auto action = output.actions.row(i);
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
  fm::RealtimePolicy policy;
  std::vector<std::uint64_t> episodes;  ///< by row, as the members below
  std::vector<std::uint32_t> steps;
  fm::Matrix observations, goals;
  fm::FloatMatrix noise;
  fm::PolicyOutput output;
};

int fm_policy_version(void) { return FM_POLICY_VERSION; }

fm_policy* fm_policy_open(const char* checkpoint, const fm_policy_options* options, char* error,
                          std::size_t error_size) {
  try {
    if (checkpoint == nullptr) throw fm::InputError("fm_policy_open: the checkpoint path is NULL");
    return new fm_policy(checkpoint, options != nullptr ? *options : fm_policy_options{});
  } catch (const std::exception& e) {
    if (error != nullptr && error_size > 0) std::snprintf(error, error_size, "%s", e.what());
    return nullptr;
  }
}

int fm_policy_observation_size(const fm_policy* policy) { return static_cast<int>(policy->observations.cols()); }
int fm_policy_goal_size(const fm_policy* policy) { return static_cast<int>(policy->goals.cols()); }
int fm_policy_action_size(const fm_policy* policy) { return static_cast<int>(policy->output.actions.cols()); }
int fm_policy_noise_size(const fm_policy* policy) { return static_cast<int>(policy->noise.cols()); }

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

double fm_policy_time_step(const fm_policy* policy) { return policy->model->description().spec.time_step; }

void fm_policy_reset(fm_policy* policy, std::uint64_t episode) { policy->reset_row(0, episode); }

int fm_policy_act(fm_policy* policy, const double* observation, const double* goal, const double* noise,
                  double* action) {
  return policy->rows() == 1 ? policy->act(observation, goal, noise, action) : 1;
}

int fm_policy_set_rows(fm_policy* policy, int rows) {
  try {
    if (rows < 1) return 1;
    policy->set_rows(rows);
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

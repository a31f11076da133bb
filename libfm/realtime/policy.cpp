// The C interface over RealtimePolicy.

#include "libfm/realtime/policy.h"

#include "libfm/core/error.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

struct fm_policy {
  fm_policy(const char* checkpoint, const fm_policy_options& options)
      : model(fm::load_realtime(
            checkpoint,
            {.precision = options.weights == FM_POLICY_BFLOAT16 ? fm::Precision::bfloat16 : fm::Precision::float32})),
        policy(model, fm::RandomStream(options.seed, "noise")),
        observation(1, model->description().spec.observations.size()), goal(1, model->description().spec.goals.size()),
        noise(1, policy.noise_size()) {
    output.actions.resize(1, static_cast<Eigen::Index>(model->description().spec.actions.size()));
    begin(0);
  }

  void begin(std::uint64_t new_episode) {
    const int row = 0;
    policy.reset(1, {&row, 1});
    episode = new_episode;
    step = 0;
  }

  void act() {
    const fm::PolicyInput input{observation, goal, {&episode, 1}, {&step, 1}};
    policy.act_from(input, own_noise ? &noise : nullptr, output);
    ++step;
  }

  std::shared_ptr<const fm::RealtimeModel> model;
  fm::RealtimePolicy policy;
  fm::Matrix observation, goal, noise;
  fm::PolicyOutput output;
  std::uint64_t episode = 0;
  std::uint32_t step = 0;
  bool own_noise = false;
};

namespace {

void copy(const float* from, fm::Matrix& to) { std::copy(from, from + to.size(), to.data()); }

}  // namespace

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

int fm_policy_observation_size(const fm_policy* policy) { return static_cast<int>(policy->observation.cols()); }
int fm_policy_goal_size(const fm_policy* policy) { return static_cast<int>(policy->goal.cols()); }
int fm_policy_action_size(const fm_policy* policy) { return static_cast<int>(policy->output.actions.cols()); }
int fm_policy_noise_size(const fm_policy* policy) { return static_cast<int>(policy->noise.cols()); }

void fm_policy_reset(fm_policy* policy, std::uint64_t episode) { policy->begin(episode); }

int fm_policy_act(fm_policy* policy, const float* observation, const float* goal, const float* noise, float* action) {
  copy(observation, policy->observation);
  if (goal == nullptr && policy->goal.size() > 0) return 1;
  if (goal != nullptr) copy(goal, policy->goal);
  if (noise != nullptr) copy(noise, policy->noise);
  policy->own_noise = noise != nullptr;
  policy->act();
  const fm::Matrix& actions = policy->output.actions;
  std::copy(actions.data(), actions.data() + actions.size(), action);
  return std::all_of(action, action + actions.size(), [](float a) { return std::isfinite(a); }) ? 0 : 1;
}

void fm_policy_close(fm_policy* policy) { delete policy; }

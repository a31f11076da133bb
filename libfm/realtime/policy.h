/* A trained policy for a control loop, in C: libfm_policy.so, without Python and without LibTorch.
 *
 *   open once, act once every time step, close. fm_policy_act allocates nothing, takes no lock, makes no system call.
 *
 * A policy belongs to one thread at a time. libfm/examples/control_loop.c is a complete example. */
#ifndef FM_REALTIME_POLICY_H
#define FM_REALTIME_POLICY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fm_policy fm_policy;

enum fm_policy_weights { FM_POLICY_FLOAT32 = 0, FM_POLICY_BFLOAT16 = 1 };

struct fm_policy_options {
  uint64_t seed;                  /* of the noise that actions are sampled from */
  enum fm_policy_weights weights; /* bfloat16: half the memory traffic, actions within its rounding */
};

/* The policy of a checkpoint (checkpoints/best.safetensors in a run's directory), before the first step of episode 0.
 * options may be NULL: seed 0, float32. On failure returns NULL and writes the
 * reason to error, one line of at most error_size bytes. */
fm_policy* fm_policy_open(const char* checkpoint, const struct fm_policy_options* options, char* error,
                          size_t error_size);

/* Sizes of an observation, a goal (0: the policy has none), an action, and the noise of one step, in floats. */
int fm_policy_observation_size(const fm_policy* policy);
int fm_policy_goal_size(const fm_policy* policy);
int fm_policy_action_size(const fm_policy* policy);
int fm_policy_noise_size(const fm_policy* policy);

/* Begins an episode: discards past observations and predictions. Its noise is a function of (seed, episode, step). */
void fm_policy_reset(fm_policy* policy, uint64_t episode);

/* The next step's action. All in the environment's units; actions are within their bounds.
 * goal: NULL where the policy has none. noise: the caller's standard normal numbers, or NULL for the policy's own.
 * Returns 0, or 1 if there is no valid action: the goal is missing, or the action is not finite because an observation
 * or the goal is not. The next step then starts without past predictions. */
int fm_policy_act(fm_policy* policy, const float* observation, const float* goal, const float* noise, float* action);

void fm_policy_close(fm_policy* policy);

#ifdef __cplusplus
}
#endif

#endif

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

/* The version of this interface. It grows when a function changes its meaning or arguments, as the library's file name
 * does (libfm_policy.so.2); added functions leave it as it is. Version 1 took float where this one takes double. */
#define FM_POLICY_VERSION 2
/* The version that the loaded library was built with. */
int fm_policy_version(void);

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

/* Numbers of an observation, a goal (0: the policy has none), an action, and the noise of one step. */
int fm_policy_observation_size(const fm_policy* policy);
int fm_policy_goal_size(const fm_policy* policy);
int fm_policy_action_size(const fm_policy* policy);
int fm_policy_noise_size(const fm_policy* policy);

enum fm_policy_quantity { FM_POLICY_OBSERVATION = 0, FM_POLICY_GOAL = 1, FM_POLICY_ACTION = 2 };

/* Name and unit of a dimension, valid until the policy is closed; NULL if there is no such dimension. */
const char* fm_policy_dimension_name(const fm_policy* policy, enum fm_policy_quantity quantity, int dimension);
const char* fm_policy_dimension_unit(const fm_policy* policy, enum fm_policy_quantity quantity, int dimension);
/* Its bounds, which may be infinite. Returns 0, or 1 if there is no such dimension. */
int fm_policy_dimension_bounds(const fm_policy* policy, enum fm_policy_quantity quantity, int dimension, double* low,
                               double* high);
/* 1 if the action does not depend on this dimension of the observation, which may be NaN: policy.hidden names it, and
 * policy.relative does not; else 0. */
int fm_policy_observation_is_hidden(const fm_policy* policy, int dimension);
/* The time between two actions that the policy was trained for, s; 0: unknown. */
double fm_policy_time_step(const fm_policy* policy);

/* Begins an episode (of row 0): discards past observations and predictions. Its noise is a function of (seed, episode,
 * step). */
void fm_policy_reset(fm_policy* policy, uint64_t episode);

/* The next step's action. All in the environment's units; actions are within their bounds.
 * goal: NULL where the policy has none. noise: the caller's standard normal numbers, or NULL for the policy's own.
 * Returns 0, or 1 if there is no valid action, and `action` is left as it was: where the goal is missing or the policy has
 * several rows, nothing has happened; where the action is not finite, because an observation or the goal is not, the step
 * counts, and the next one starts without past predictions. */
int fm_policy_act(fm_policy* policy, const double* observation, const double* goal, const double* noise,
                  double* action);

/* With a sampler.delay of d steps in the checkpoint, a prediction begun at step t acts from step t + d on, as for a
 * robot whose actions arrive d steps after the observation that they are computed from; the first of an episode acts at
 * once. fm_policy_act still computes it within its call at step t, every sampler.executed steps: the delay stands for
 * time that passes elsewhere (sensing, transport), or in a simulation for the computation itself. sampler.prefix:
 * trained makes predictions continue the actions executed meanwhile; guided is not supported. With sampler.rate_limit,
 * an action is limited from the last valid one that this function returned in the episode. */

/* Several robots or simulations with one policy: begins `rows` independent rows, row i in episode i; the policy's
 * first state has one row. Allocates. Returns 0, or 1 if rows is below 1 or memory is short. */
int fm_policy_set_rows(fm_policy* policy, int rows);
/* fm_policy_reset for one row. Returns 0, or 1 if there is no such row. */
int fm_policy_reset_row(fm_policy* policy, int row, uint64_t episode);
/* fm_policy_act for all rows; every array is row-major, (rows, size). Up to 96 rows are predicted without allocations,
 * locks or system calls. Returns the number of rows without a valid action, which are left as they were. */
int fm_policy_act_rows(fm_policy* policy, const double* observations, const double* goals, const double* noise,
                       double* actions);

void fm_policy_close(fm_policy* policy);

#ifdef __cplusplus
}
#endif

#endif

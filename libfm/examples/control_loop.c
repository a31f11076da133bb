/* A control loop around a trained policy: every 50 ms reads the state, acts, and sends the torque.
 *
 *   cc control_loop.c -I ~/libfm/include -L ~/libfm/lib -Wl,-rpath,$HOME/libfm/lib -lfm_policy -lm -o control_loop
 *   ./control_loop runs/pendulum/.../checkpoints/best.safetensors */
#define _POSIX_C_SOURCE 200112L
#include <libfm/realtime/policy.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char** argv) {
  char error[256] = "usage: control_loop CHECKPOINT";
  fm_policy* policy = argc == 2 ? fm_policy_open(argv[1], NULL, error, sizeof error) : NULL;
  if (policy == NULL) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  if (fm_policy_observation_size(policy) != 3 || fm_policy_action_size(policy) != 1 || fm_policy_goal_size(policy) != 0) {
    fprintf(stderr, "%s: not a policy for the pendulum\n", argv[1]);
    return 2;
  }
  double angle = 3.14, speed = 0.0; /* of a pendulum: rad from upright, rad/s */
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (int step = 0; step < 40; ++step) {
    const double observation[3] = {cos(angle), sin(angle), speed};
    double torque;
    if (fm_policy_act(policy, observation, NULL, NULL, &torque) != 0) break;
    printf("%.2f s  %6.3f rad  %6.3f N m\n", 0.05 * step, angle, torque);
    speed += 0.05 * (15.0 * sin(angle) + 3.0 * torque); /* the machine: here a simulation, m = 1 kg, l = 1 m */
    angle += 0.05 * speed;
    next.tv_nsec += 50000000;
    next.tv_sec += next.tv_nsec / 1000000000;
    next.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  fm_policy_close(policy);
  return 0;
}

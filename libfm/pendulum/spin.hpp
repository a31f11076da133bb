#pragma once
// The pendulum that turns over and over at a wanted mean angular velocity, either way round; the wish may change within
// the episode.
//
//   goal [rate], rad/s: its size uniform between `slowest` and `fastest`, its sign either; drawn at the start, and once
//   more at a step drawn between a third and two thirds of the episode, if `changes`
//   reward = -((r / rate - 1)^2 + 0.001 u^2), r the mean angular velocity that an undriven pendulum of the state's
//   energy has, see pendulum_rotation.hpp; of the state before the step
//
// Starts are those of `pendulum`. Success: through the last second, the mean angular velocity over the revolution just
// completed is within 5 % of the goal.

#include "libfm/pendulum/swing_up.hpp"

#include <deque>

namespace fm {

struct PendulumSpinOptions {
  PendulumOptions pendulum{.max_speed = 12.0, .horizon = 300};
  double slowest = 4.0;
  double fastest = 8.0;
  bool changes = true;

  template <class Visitor>
  void fields(Visitor& visit) {
    pendulum.fields(visit);
    visit("slowest", slowest, "least size of the wanted rate, rad/s", above(0.0));
    visit("fastest", fastest, "its largest size, rad/s", above(0.0));
    visit("changes", changes, "another rate is wanted from some step of the episode on");
  }
};

class PendulumSpinTask : public PendulumTask {
 public:
  using Options = PendulumSpinOptions;
  struct Memory {
    float rate = 0.0F;  ///< as the policy sees it
    float next_rate = 0.0F;
    int change_step = -1;       ///< -1: never
    std::deque<double> angles;  ///< of the last steps, the newest last, back to a revolution before it
    int steps_right = 0;
  };

  /// @throws InputError if slowest exceeds fastest, or max_speed is too low for the fastest rate.
  explicit PendulumSpinTask(const Options& options);

  static EnvSpec spec(const Options& options);

  PendulumState start(Draws& draws, Memory& memory) const;
  static void begin(Memory& memory) { memory = {.rate = memory.rate, .next_rate = memory.rate, .angles = {}}; }
  static double goal(const Memory& memory) { return memory.rate; }
  /// @throws InputError for a rate that the task never asks for.
  void hold_goal(double goal, Memory& memory) const;

  double reward(const PendulumState& state, double torque, const Memory& memory) const;
  bool success(const PendulumState& state, int step, Memory& memory) const;

 private:
  float draw_rate(Draws& draws) const;
  static void take_next_rate(Memory& memory);

  Options options_;
};

using PendulumSpin = PendulumEnv<PendulumSpinTask>;

}  // namespace fm

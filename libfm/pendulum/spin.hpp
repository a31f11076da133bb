#pragma once
// The pendulum rotating at a goal mean angular velocity, in either direction; the goal may change during the episode.
//
//   goal [rate], rad/s: magnitude uniform between `slowest` and `fastest`, random sign; drawn at the start and, if
//   `changes`, once more for a step drawn from the middle third of the episode
//   reward = -((r / rate - 1)^2 + 0.001 u^2), with r the mean angular velocity of an undriven pendulum with
//   the energy of the state before the step, see rotation.hpp
//
// Initial states are those of `pendulum`. Success: during the last second, the mean angular velocity over the latest
// revolution was within 5 % of the goal.

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
    visit("slowest", slowest, "smallest magnitude of the goal rate, rad/s", above(0.0));
    visit("fastest", fastest, "largest magnitude of the goal rate, rad/s", above(0.0));
    visit("changes", changes, "whether the goal rate changes once during the episode");
  }
};

class PendulumSpinTask : public PendulumTask {
 public:
  using Options = PendulumSpinOptions;
  struct Memory {
    float rate = 0.0F;  ///< rad/s, in the precision of the goal column
    float next_rate = 0.0F;
    int change_step = -1;       ///< -1: never
    std::deque<double> angles;  ///< of the last steps, oldest first, covering one revolution
    int steps_at_goal = 0;
  };

  /// @throws InputError if slowest exceeds fastest, or max_speed is too low for the fastest rate.
  explicit PendulumSpinTask(const Options& options);

  static EnvSpec spec(const Options& options);

  PendulumState start(Draws& draws, Memory& memory) const;
  static void begin(Memory& memory) { memory = {.rate = memory.rate, .next_rate = memory.rate, .angles = {}}; }
  static double goal(const Memory& memory) { return memory.rate; }
  /// @throws InputError for a rate of smaller magnitude than `slowest`.
  void set_goal(double goal, Memory& memory) const;

  double reward(const PendulumState& state, double torque, const Memory& memory) const;
  bool success(const PendulumState& state, int step, Memory& memory) const;

 private:
  float draw_rate(Draws& draws) const;
  static void take_next_rate(Memory& memory);

  Options options_;
};

using PendulumSpin = PendulumEnv<PendulumSpinTask>;

}  // namespace fm

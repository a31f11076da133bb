#include "libfm/pendulum/spin.hpp"

#include "libfm/pendulum/rotation.hpp"

namespace fm {
namespace {

/// The duration of the last full revolution, in steps; 0 if there was none yet. Drops older angles.
double steps_of_last_turn(std::deque<double>& angles) {
  const auto turned = [&](std::size_t i) { return std::abs(angles.back() - angles[i]); };
  constexpr double turn = 2.0 * std::numbers::pi;
  while (angles.size() >= 2 && turned(1) >= turn) angles.pop_front();
  if (angles.size() < 2 || turned(0) < turn) return 0.0;
  // The revolution began between the first two angles.
  const double share = (turned(0) - turn) / (turned(0) - turned(1));
  return static_cast<double>(angles.size() - 1) - share;
}

}  // namespace

PendulumSpinTask::PendulumSpinTask(const Options& options) : options_(options) {
  if (options.slowest > options.fastest) {
    throw_input_error("env.pendulum_spin.slowest: {} exceeds fastest, {}; lower it", options.slowest, options.fastest);
  }
  // The highest mean rate within the speed bound: that of a pendulum which reaches the bound at the bottom.
  const double possible = rotation_rate(options.pendulum, {std::numbers::pi, options.pendulum.max_speed});
  if (options.fastest > 0.95 * possible) {
    throw_input_error(
        "env.pendulum_spin.fastest: {} rad/s on average needs more than max_speed, {}, at the bottom; at most "
        "{:.3g} is possible",
        options.fastest, options.pendulum.max_speed, 0.95 * possible);
  }
}

EnvSpec PendulumSpinTask::spec(const Options& options) {
  EnvSpec spec = pendulum_spec("pendulum_spin", options.pendulum);
  spec.goals = {{"rate", "rad/s", -options.fastest, options.fastest}};
  return spec;
}

float PendulumSpinTask::draw_rate(Draws& draws) const {
  const auto size = static_cast<float>(draws.uniform(options_.slowest, options_.fastest));
  return draws.uniform() < 0.5 ? -size : size;
}

PendulumState PendulumSpinTask::start(Draws& draws, Memory& memory) const {
  const PendulumState state = SwingUpTask::start(draws);
  memory.rate = draw_rate(draws);
  memory.next_rate = draw_rate(draws);
  const auto third = static_cast<std::uint32_t>(options_.pendulum.horizon / 3);
  if (options_.changes) memory.change_step = static_cast<int>(third + draws.below(third + 1));
  return state;
}

void PendulumSpinTask::set_goal(double goal, Memory& memory) const {
  if (static_cast<float>(std::abs(goal)) < static_cast<float>(options_.slowest)) {
    throw_input_error(
        "env.pendulum_spin: a rate of {} rad/s is below slowest, {}, and never a goal of this task; of "
        "collect.goal_levels only 0 and 2 give goals above it",
        goal, options_.slowest);
  }
  memory.next_rate = static_cast<float>(goal);
  take_next_rate(memory);
}

void PendulumSpinTask::take_next_rate(Memory& memory) {
  memory.rate = memory.next_rate;
  memory.steps_at_goal = 0;
}

double PendulumSpinTask::reward(const PendulumState& state, double torque, const Memory& memory) const {
  const double error =
      rotation_rate(options_.pendulum, {state.theta, synchronous_speed(options_.pendulum, state)}) / memory.rate - 1.0;
  return -(error * error + 0.001 * torque * torque);
}

bool PendulumSpinTask::success(const PendulumState& state, int step, Memory& memory) const {
  memory.angles.push_back(state.theta);
  const double steps = steps_of_last_turn(memory.angles), time_step = options_.pendulum.time_step;
  const double rate = steps == 0.0 ? 0.0
                                   : std::copysign(2.0 * std::numbers::pi / (steps * time_step),
                                                   memory.angles.back() - memory.angles.front());
  memory.steps_at_goal = std::abs(rate / memory.rate - 1.0) <= 0.05 ? memory.steps_at_goal + 1 : 0;
  const bool held = memory.steps_at_goal * time_step >= 1.0;
  if (step == memory.change_step) take_next_rate(memory);
  return held;
}

}  // namespace fm

#pragma once
// The swing-up from hanging, which can end on either side: demonstrations on both sides have two modes.
//
// Reward and success are those of `pendulum`; initial states are at rest within a small angle of hanging. Metric
// direction_entropy_bits: the entropy of the side on which successful episodes swing up; 1 bit if both are equally
// frequent, 0 if it is always the same or no episode succeeded.

#include "libfm/pendulum/swing_up.hpp"

namespace fm {

struct TwoModesOptions {
  PendulumOptions pendulum;
  double start_angle = 0.05;

  template <class Visitor>
  void fields(Visitor& visit) {
    pendulum.fields(visit);
    visit("start_angle", start_angle, "episodes begin within this angle of hanging, rad", between(0.0, 3.2));
  }
};

class TwoModesTask : public PendulumTask {
 public:
  using Options = TwoModesOptions;
  using Memory = SwingUpTask::Memory;

  explicit TwoModesTask(const Options& options) : swing_up_(options.pendulum), start_angle_(options.start_angle) {}

  static EnvSpec spec(const Options& options) { return pendulum_spec("two_modes", options.pendulum); }

  PendulumState start(Draws& draws, Memory&) const {
    return {std::numbers::pi + draws.uniform(-start_angle_, start_angle_), 0.0};
  }

  double reward(const PendulumState& state, double torque, const Memory& memory) const {
    return swing_up_.reward(state, torque, memory);
  }

  bool success(const PendulumState& state, int step, Memory& memory) const {
    return swing_up_.success(state, step, memory);
  }

  static std::map<std::string, double> metrics(std::span<const Episode> episodes);

 private:
  SwingUpTask swing_up_;
  double start_angle_;
};

using TwoModes = PendulumEnv<TwoModesTask>;

}  // namespace fm

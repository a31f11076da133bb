#pragma once
// Rotates the pendulum at a goal mean angular velocity by energy control:
//
//   u = k (E* - E) omega                            (Astrom and Furuta 2000, eq. 7)
//
// While the pendulum moves in the direction of the goal, E* is the energy of the undriven rotation at the goal rate.
// While it moves in the other direction, E* is below the energy at the top, so that it does not pass upright backwards.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/pendulum/spin.hpp"

namespace fm {

struct SpinEnergyOptions {
  double gain = 0.5;
  double backwards = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("gain", gain, "torque per joule of energy error and rad/s, N m s / J", above(0.0));
    visit("backwards", backwards,
          "target energy while moving against the goal direction, as a fraction of that at the top",
          between(-0.9, 0.95));
  }
};

/// The energy, J, at which an undriven pendulum rotates at the mean angular velocity |rate|, rad/s.
double rotation_energy(const PendulumOptions& pendulum, double rate);

/// A function of observation and goal alone.
class SpinEnergy final : public Policy {
 public:
  SpinEnergy(const SpinEnergyOptions& options, const PendulumOptions& pendulum)
      : options_(options), pendulum_(pendulum) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  double torque(const PendulumState& state, double rate) const;

  SpinEnergyOptions options_;
  PendulumOptions pendulum_;
};

}  // namespace fm

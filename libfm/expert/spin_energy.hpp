#pragma once
// Turns the pendulum over and over at a wanted mean angular velocity, by its energy:
//
//   u = k (E* - E) omega                            (Astrom and Furuta 2000, eq. 7)
//
// E* is the energy of the undriven rotation at the wanted rate while the pendulum moves the wanted way. While it moves
// the other way E* lies below the top, so that it never turns over backwards.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/pendulum/spin.hpp"

namespace fm {

struct SpinEnergyOptions {
  double gain = 0.5;
  double backwards = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("gain", gain, "torque for each joule that is missing and each rad/s, N m s / J", above(0.0));
    visit("backwards", backwards, "energy aimed at while moving the other way, as a share of that at the top",
          between(-0.9, 0.95));
  }
};

/// The energy at which an undriven pendulum turns over at the mean angular velocity |rate|, J.
double rotation_energy(const PendulumOptions& pendulum, double rate);

/// Acts on observation and goal alone.
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

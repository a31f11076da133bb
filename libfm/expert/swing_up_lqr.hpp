#pragma once
// The default expert: energy swing-up far from upright and the linear-quadratic regulator near it, switched with
// hysteresis.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/expert/lqr_balance.hpp"

#include <cstdint>
#include <vector>

namespace fm {

struct SwingUpLqrOptions {
  double energy_gain = 1.0;
  double catch_angle = 0.7;
  double release_angle = 0.8;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("energy_gain", energy_gain, "torque per joule of energy error and rad/s, N m s / J", above(0.0));
    visit("catch_angle", catch_angle, "balancing begins within this angle of upright, rad", between(0.0, 3.2));
    visit("release_angle", release_angle, "balancing ends beyond this angle from upright, rad", between(0.0, 3.2));
  }
};

class SwingUpLqr final : public Policy {
 public:
  /// @throws InputError if release_angle is less than catch_angle.
  SwingUpLqr(const SwingUpLqrOptions& options, const PendulumOptions& pendulum);

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  double torque(const PendulumState& state, std::uint8_t& balancing) const;

  SwingUpLqrOptions options_;
  PendulumOptions pendulum_;
  LqrBalance balance_;
  std::vector<std::uint8_t> balancing_;  ///< by copy: whether the regulator is active
};

}  // namespace fm

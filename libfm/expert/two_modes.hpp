#pragma once
// Two experts that mirror each other, one for an episode, by a coin: one swings up to theta = 0, the other to 2 pi.
// Each is optimal for the unwrapped distance to its own upright, so that it never changes its mind:
//
//   u_B(theta, omega) = -u_A(2 pi - theta, -omega).
//
// At the same state near hanging they push opposite ways; the mean of both goes nowhere.

#include "libfm/core/random.hpp"
#include "libfm/expert/optimal.hpp"

namespace fm {

class TwoModesExpert final : public Policy {
 public:
  /// @param torque of a table with two turns
  explicit TwoModesExpert(OptimalTorque torque) : torque_(std::move(torque)) {}

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Row {
    bool fresh = true;
    bool mirrored = false;
    double theta = 0.0;  ///< not wrapped: begins in [0, 2 pi)
  };

  double torque(const PendulumState& seen, std::uint64_t episode, Row& row) const;

  OptimalTorque torque_;
  std::vector<Row> rows_;
  RandomStream coin_{0, "two modes"};
};

}  // namespace fm

#pragma once
// Two experts that mirror each other, one for an episode, by a coin: one swings up to theta = 0, the other to 2 pi.
// Each is optimal for the unwrapped distance to its own upright:
//
//   u_B(theta, omega) = -u_A(2 pi - theta, -omega).
//
// At the same state near hanging they push opposite ways; the mean of both goes nowhere. On its own way an expert never
// changes its mind. Where it finds itself on the other's, as it does when it labels what somebody else did, it yields:
// the other takes over once it has less left to pay by a margin.

#include "libfm/core/random.hpp"
#include "libfm/expert/optimal.hpp"

namespace fm {

struct TwoModesExpertOptions {
  OptimalOptions optimal;
  double margin = 20.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    optimal.fields(visit);
    visit("margin", margin,
          "the other side is taken where it has less cost left by more than this: it decides which states are open",
          at_least(0.0));
  }
};

class TwoModesExpert final : public Policy {
 public:
  /// @param torque of a table with two turns
  /// @param margin of cost, as in the options
  /// @param seed of the coin
  TwoModesExpert(OptimalTorque torque, double margin, std::uint64_t seed)
      : torque_(std::move(torque)), margin_(margin), coin_(seed, "two modes") {}

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Row {
    bool fresh = true;
    bool mirrored = false;
    double theta = 0.0;  ///< not wrapped: begins in [0, 2 pi], at the row's own upright where that is where it stands
  };

  double torque(const PendulumState& seen, std::uint64_t episode, Row& row) const;

  OptimalTorque torque_;
  double margin_;
  std::vector<Row> rows_;
  RandomStream coin_;
};

}  // namespace fm

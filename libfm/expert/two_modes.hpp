#pragma once
// Two mirrored experts, one of them drawn at random for each episode: one swings up to theta = 0, the other to 2 pi.
// Each is optimal for the unwrapped distance to its own upright:
//
//   u_B(theta, omega) = -u_A(2 pi - theta, -omega).
//
// In the same state near hanging they push in opposite directions, and their mean does not swing up. An expert that
// acts itself never changes sides. When it labels the states of another policy, the sides are exchanged once the other
// side's cost-to-go is lower by more than a margin.

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
          "the other side is taken where its cost-to-go is lower by more than this; otherwise both sides are possible",
          at_least(0.0));
  }
};

class TwoModesExpert final : public Policy {
 public:
  /// @param torque the controller for a table with two turns
  /// @param margin a difference of cost-to-go, as in the options
  /// @param seed of the choice of sides
  TwoModesExpert(OptimalTorque torque, double margin, std::uint64_t seed)
      : torque_(std::move(torque)), margin_(margin), coin_(seed, "two modes") {}

  void reset(int copies, std::span<const int> rows) override;
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  struct Row {
    bool fresh = true;
    bool mirrored = false;
    double theta = 0.0;  ///< unwrapped, rad; starts in [0, 2 pi], if at upright then on the row's own side
  };

  double torque(const PendulumState& seen, std::uint64_t episode, Row& row) const;

  OptimalTorque torque_;
  double margin_;
  std::vector<Row> rows_;
  RandomStream coin_;
};

}  // namespace fm

#pragma once
// The optimal controller of the pendulum: the best torque by one-step lookahead on the cost-to-go from value iteration.
// Near upright, where the linear-quadratic regulator stays within the torque bounds, that regulator is optimal to
// second order and acts instead: it is smooth, whereas the torques of the table are discrete.

#include "libfm/core/fields.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/expert/lqr_balance.hpp"
#include "libfm/expert/value_table.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace fm {

struct OptimalOptions {
  int resolution = 300;
  int torque_levels = 8;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("resolution", resolution, "grid cells from upright to hanging and from rest to full speed",
          between(10, 1000));
    visit("torque_levels", torque_levels, "torque levels on each side of zero", between(1, 100));
  }
};

/// The cost-to-go for these options, read from `cache_dir` or else computed and saved there ("": not saved). A damaged
/// file is recomputed.
/// @param turns the period of the angle in turns: 1, or 2 to distinguish upright from upright one turn further
/// @throws InputError if the iteration does not converge; MachineError if the file cannot be written.
ValueTable optimal_values(const OptimalOptions& options, const PendulumOptions& pendulum,
                          const std::filesystem::path& cache_dir, int turns = 1);

class OptimalTorque {
 public:
  OptimalTorque(const OptimalOptions& options, const PendulumOptions& pendulum,
                std::shared_ptr<const ValueTable> values);

  /// The optimal torque, N m. @param state theta within the period of the table
  double operator()(const PendulumState& state) const;

  /// The remaining cost from this state.
  double cost_to_go(const PendulumState& state) const { return values_->at(state); }

 private:
  PendulumModel model_;
  LqrBalance balance_;
  std::vector<double> torques_;
  std::shared_ptr<const ValueTable> values_;
};

/// A function of the observation alone.
class Optimal final : public Policy {
 public:
  explicit Optimal(OptimalTorque torque) : torque_(std::move(torque)) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  OptimalTorque torque_;
};

}  // namespace fm

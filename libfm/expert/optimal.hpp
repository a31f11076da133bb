#pragma once
// The optimal controller of the pendulum: the torque that is best by one step of lookahead on the cost-to-go found by
// value iteration. Near upright, where the linear-quadratic regulator stays within the torque's bounds, that regulator
// is the optimum to second order and acts instead: it is smooth, where the table's torques come in steps.

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
    visit("torque_levels", torque_levels, "torques tried to each side of zero", between(1, 100));
  }
};

/// The cost-to-go for these options, read from `cache_dir` or else computed and kept there ("": kept nowhere). A
/// damaged file is computed again.
/// @param turns the period of the angle: 1, or 2 to tell upright from upright one turn further
/// @throws InputError if the iteration does not converge; MachineError if the file cannot be written.
ValueTable optimal_values(const OptimalOptions& options, const PendulumOptions& pendulum,
                          const std::filesystem::path& cache_dir, int turns = 1);

class OptimalTorque {
 public:
  OptimalTorque(const OptimalOptions& options, const PendulumOptions& pendulum,
                std::shared_ptr<const ValueTable> values);

  /// N m. @param state theta within the table's period
  double operator()(const PendulumState& state) const;

  /// What is left to pay from here on.
  double cost_to_go(const PendulumState& state) const { return values_->at(state); }

 private:
  PendulumModel model_;
  LqrBalance balance_;
  std::vector<double> torques_;
  std::shared_ptr<const ValueTable> values_;
};

/// Acts on the observation alone.
class Optimal final : public Policy {
 public:
  explicit Optimal(OptimalTorque torque) : torque_(std::move(torque)) {}

  void reset(int, std::span<const int>) override {}
  void act(const PolicyInput& input, PolicyOutput& output) override;

 private:
  OptimalTorque torque_;
};

}  // namespace fm

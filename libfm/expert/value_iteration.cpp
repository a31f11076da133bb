#include "libfm/expert/value_iteration.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/simd/angle.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace fm {
namespace {

/// The outcome of the current policy at one grid point.
struct Decision {
  double cost = std::numeric_limits<double>::infinity();
  ValueTable::Place next{};
};

class Iteration {
 public:
  Iteration(const PendulumModel& model, int resolution, const std::vector<double>& torques, int turns)
      : model_(model), torques_(torques), table_(resolution, model.max_speed, turns), new_values_(table_.values()),
        decisions_(table_.values().size()) {}

  void begin_with(const ValueTable& coarse) {
    for (int angle = 0; angle < table_.angles(); ++angle) {
      for (int speed = 0; speed < table_.speeds(); ++speed) {
        table_.values()[index(angle, speed)] = coarse.at(table_.state(angle, speed));
      }
    }
  }

  /// Policy improvement: takes the best torque at every point. @return the largest change of a value
  double improve() {
    std::vector<double> changes(static_cast<std::size_t>(table_.angles()), 0.0);
    for_rows([&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) changes[i] = improve_row(static_cast<int>(i));
    });
    std::swap(table_.values(), new_values_);
    return *std::max_element(changes.begin(), changes.end());
  }

  /// One sweep of policy evaluation under the current torques.
  void evaluate() {
    for_rows([&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin * table_.speeds(); i < end * table_.speeds(); ++i) {
        new_values_[i] = decisions_[i].cost + table_.at_place(decisions_[i].next);
      }
    });
    std::swap(table_.values(), new_values_);
  }

  double largest() const { return *std::max_element(table_.values().begin(), table_.values().end()); }
  ValueTable& table() { return table_; }

 private:
  /// Small grids are processed by one thread: starting others would take longer.
  template <class Work>
  void for_rows(const Work& work) const {
    if (table_.values().size() < 100000) return work(0, table_.angles());
    for_each_block(table_.angles(), 8, work);
  }

  std::size_t index(int angle, int speed) const { return static_cast<std::size_t>(angle) * table_.speeds() + speed; }

  double improve_row(int angle) {
    double change = 0.0;
    for (int speed = 0; speed < table_.speeds(); ++speed) {
      const std::size_t i = index(angle, speed);
      new_values_[i] = improve_point(table_.state(angle, speed), decisions_[i]);
      change = std::max(change, std::abs(new_values_[i] - table_.values()[i]));
    }
    return change;
  }

  double improve_point(const PendulumState& state, Decision& decision) const {
    double best = std::numeric_limits<double>::infinity();
    const double sine = sin_cos(state.theta).sine;
    for (const double torque : torques_) {
      const Decision tried = {PendulumModel::cost(state, torque), table_.place(model_.next(state, sine, torque))};
      const double value = tried.cost + table_.at_place(tried.next);
      if (value >= best) continue;
      best = value;
      decision = tried;
    }
    return best;
  }

  const PendulumModel& model_;
  const std::vector<double>& torques_;
  ValueTable table_;
  std::vector<double> new_values_;
  std::vector<Decision> decisions_;
};

}  // namespace

std::vector<double> torque_choices(double max_torque, int levels) {
  std::vector<double> torques;
  for (int level = -levels; level <= levels; ++level) torques.push_back(max_torque * level / levels);
  return torques;
}

ValueTable value_iteration(const PendulumModel& model, int resolution, const std::vector<double>& torques, int turns) {
  constexpr int min_resolution = 25, max_improvements = 200, evaluations = 20;
  constexpr double tolerance = 1e-5;  // of the largest value
  Iteration iteration(model, resolution, torques, turns);
  if (resolution >= 2 * min_resolution) iteration.begin_with(value_iteration(model, resolution / 2, torques, turns));
  for (int i = 0; i < max_improvements; ++i) {
    stop_if_interrupted();
    if (iteration.improve() <= tolerance * iteration.largest()) return std::move(iteration.table());
    for (int j = 0; j < evaluations; ++j) iteration.evaluate();
  }
  throw InputError(
      "the optimal expert's value iteration does not converge: this pendulum may be unable to reach upright "
      "(raise env.pendulum.max_torque or max_speed) or the grid is too coarse for it (raise "
      "expert.optimal.resolution)");
}

}  // namespace fm

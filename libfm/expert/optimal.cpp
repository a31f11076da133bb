#include "libfm/expert/optimal.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/log.hpp"
#include "libfm/expert/value_iteration.hpp"
#include "libfm/expert/value_table_file.hpp"
#include "libfm/simd/angle.hpp"

#include <cmath>
#include <limits>

namespace fm {
namespace {

/// To be incremented when the values for the same options change.
constexpr int version = 2;

std::string key_of(const OptimalOptions& o, const PendulumOptions& p, int turns) {
  return hash_text(fmt::format("optimal {} {} {} {} {} {} {} {} {} {} {}", version, turns, o.resolution,
                               o.torque_levels, p.gravity, p.mass, p.length, p.time_step, p.max_torque, p.max_speed,
                               sizeof(double)));
}

}  // namespace

ValueTable optimal_values(const OptimalOptions& options, const PendulumOptions& pendulum,
                          const std::filesystem::path& cache_dir, int turns) {
  const PendulumModel model(pendulum);
  const std::string key = key_of(options, pendulum, turns);
  const std::filesystem::path file = cache_dir / ("optimal-" + key + ".values");
  if (!cache_dir.empty() && std::filesystem::exists(file)) {
    ValueTable table(options.resolution, model.max_speed, turns);
    if (load_values(file, key, table)) return table;
    spdlog::warn("{}: damaged; recomputing", file.string());
  }
  ValueTable table =
      value_iteration(model, options.resolution, torque_choices(model.max_torque, options.torque_levels), turns);
  if (!cache_dir.empty()) save_values(file, key, table);
  return table;
}

OptimalTorque::OptimalTorque(const OptimalOptions& options, const PendulumOptions& pendulum,
                             std::shared_ptr<const ValueTable> values)
    : model_(pendulum), balance_(model_), torques_(torque_choices(pendulum.max_torque, options.torque_levels)),
      values_(std::move(values)) {}

void Optimal::act(const PolicyInput& input, PolicyOutput& output) {
  const Eigen::Index rows = input.observations.rows();
  output.actions.resize(rows, 1);
  for (Eigen::Index i = 0; i < rows; ++i) {
    output.actions(i, 0) = static_cast<float>(torque_(pendulum_state(input.observations, i)));
  }
}

double OptimalTorque::operator()(const PendulumState& state) const {
  constexpr double linear_angle = 0.3;  // rad; sin theta is theta to 1.5 %
  const double balancing = balance_.torque(state);
  if (!std::isfinite(balancing)) return balancing;
  if (std::abs(state.theta) < linear_angle && std::abs(balancing) <= model_.max_torque) return balancing;
  double best = 0.0, least = std::numeric_limits<double>::infinity();
  const double sine = sin_cos(state.theta).sine;
  for (const double u : torques_) {
    const double value = PendulumModel::cost(state, u) + values_->at(model_.next(state, sine, u));
    if (value >= least) continue;
    least = value;
    best = u;
  }
  return best;
}

}  // namespace fm

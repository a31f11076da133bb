#include "libfm/pendulum/target_angle.hpp"

namespace fm {

PendulumTargetTask::PendulumTargetTask(const Options& options)
    : horizon_(options.pendulum.horizon), farthest_(options.farthest) {
  const PendulumOptions& p = options.pendulum;
  const double needed = p.mass * p.gravity * p.length / 2.0 * std::sin(options.farthest);
  if (needed >= p.max_torque) {
    throw_input_error(
        "env.pendulum_target.farthest: holding {} rad takes {:.3g} N m, but max_torque is {}; lower farthest "
        "or raise max_torque",
        options.farthest, needed, p.max_torque);
  }
}

EnvSpec PendulumTargetTask::spec(const Options& options) {
  EnvSpec spec = pendulum_spec("pendulum_target", options.pendulum);
  spec.goals = {{"target", "rad", -options.farthest, options.farthest}};
  return spec;
}

}  // namespace fm

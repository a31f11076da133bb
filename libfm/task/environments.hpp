#pragma once
// The table of environments, by name.

#include "libfm/env/environment.hpp"
#include "libfm/pendulum/spin.hpp"
#include "libfm/pendulum/swing_up.hpp"
#include "libfm/pendulum/target_angle.hpp"
#include "libfm/pendulum/two_modes.hpp"
#include "libfm/toy/toy_2d.hpp"

#include <string>
#include <vector>

namespace fm {

/// The name that stands for "no environment": training on recorded data alone.
inline constexpr const char* no_env = "none";

/// The names in the table, and `none`.
std::vector<std::string> env_names();

struct EnvOptions {
  std::string name = "pendulum";
  PendulumOptions pendulum;
  TwoModesOptions two_modes;
  PendulumTargetOptions pendulum_target;
  PendulumSpinOptions pendulum_spin;
  Toy2dOptions toy_2d;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the environment; none: train on data.files and report the action error only",
          one_of(env_names()));
    visit("pendulum", pendulum, "options of `name: pendulum`");
    visit("two_modes", two_modes, "options of `name: two_modes`");
    visit("pendulum_target", pendulum_target, "options of `name: pendulum_target`");
    visit("pendulum_spin", pendulum_spin, "options of `name: pendulum_spin`");
    visit("toy_2d", toy_2d, "options of `name: toy_2d`");
  }
};

/// The environment called options.name.
/// @throws InputError for a name that is not in the table, or inconsistent options.
EnvFactory make_env(const EnvOptions& options);

}  // namespace fm

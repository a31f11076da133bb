#pragma once
// The table of environments, by name.

#include "libfm/core/registry.hpp"
#include "libfm/env/environment.hpp"
#include "libfm/gymnasium/gymnasium_env.hpp"
#include "libfm/mujoco/ant.hpp"
#include "libfm/mujoco/dm_humanoid.hpp"
#include "libfm/mujoco/humanoid.hpp"
#include "libfm/mujoco/humanoid_motion.hpp"
#include "libfm/mujoco/humanoid_velocity.hpp"
#include "libfm/mujoco/planar.hpp"
#include "libfm/mujoco/swing_ups.hpp"
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

/// The names in the table, those that were registered, and `none`.
std::vector<std::string> env_names();

struct EnvOptions {
  std::string name = "pendulum";
  PendulumOptions pendulum;
  TwoModesOptions two_modes;
  PendulumTargetOptions pendulum_target;
  PendulumSpinOptions pendulum_spin;
  Toy2dOptions toy_2d;
  SwingUpOptions cart_pole_swing_up;
  SwingUpOptions acrobot;
  PlanarOptions hopper = hopper_defaults();
  PlanarOptions walker2d = walker2d_defaults();
  HalfCheetahOptions half_cheetah;
  AntOptions ant;
  HumanoidOptions humanoid;
  HumanoidVelocityOptions humanoid_velocity;
  HumanoidMotionOptions humanoid_motion;
  DmHumanoidOptions dm_humanoid;
  GymnasiumOptions gymnasium;
  Registry::Options registered = Registry::current().options(Registry::Kind::environment);

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the environment; none: train on data.files and report the action error only",
          one_of(env_names()));
    visit("pendulum", pendulum, "options of `name: pendulum`");
    visit("two_modes", two_modes, "options of `name: two_modes`");
    visit("pendulum_target", pendulum_target, "options of `name: pendulum_target`");
    visit("pendulum_spin", pendulum_spin, "options of `name: pendulum_spin`");
    visit("toy_2d", toy_2d, "options of `name: toy_2d`");
    visit("cart_pole_swing_up", cart_pole_swing_up, "options of `name: cart_pole_swing_up`");
    visit("acrobot", acrobot, "options of `name: acrobot`");
    visit("hopper", hopper, "options of `name: hopper`");
    visit("walker2d", walker2d, "options of `name: walker2d`");
    visit("half_cheetah", half_cheetah, "options of `name: half_cheetah`");
    visit("ant", ant, "options of `name: ant`");
    visit("humanoid", humanoid, "options of `name: humanoid`");
    visit("humanoid_velocity", humanoid_velocity, "options of `name: humanoid_velocity`");
    visit("humanoid_motion", humanoid_motion, "options of `name: humanoid_motion`");
    visit("dm_humanoid", dm_humanoid, "options of `name: dm_humanoid`");
    visit("gymnasium", gymnasium, "options of `name: gymnasium`");
    for (auto& [added, options] : registered)
      visit(added.c_str(), options, "options of this program's own environment");
  }
};

/// The options without what belongs to this machine, such as paths and numbers of processes, for files that are read
/// elsewhere.
EnvOptions portable(EnvOptions options);

/// What determines an environment beside its options, as text: of Gymnasium's, versions and source of the Python that runs
/// them; of humanoid_motion, the content of its clip. Empty for the others.
std::string env_content(const EnvOptions& options);

/// The environment called options.name.
/// @throws InputError for a name that is not in the table, or inconsistent options.
EnvFactory make_env(const EnvOptions& options);

using RegisteredEnv = std::function<EnvFactory(const ErasedOptions& options)>;

/// Adds an environment of one's own, `make(options)`; in YAML its options stand under its name.
/// @throws std::invalid_argument if the name is taken
template <HasFields Options, class Make>
void add_environment(Registry& registry, const std::string& name, Make make, Options defaults = {}) {
  RegisteredEnv erased = [make](const ErasedOptions& options) { return make(options.template as<Options>()); };
  registry.add(Registry::Kind::environment, name, {ErasedOptions(std::move(defaults)), "", std::move(erased)});
}

}  // namespace fm

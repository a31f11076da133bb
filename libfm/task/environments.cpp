#include "libfm/task/environments.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/core/named_table.hpp"

#include <utility>

namespace fm {
namespace {

struct Row {
  const char* name;
  EnvFactory (*make)(const EnvOptions& options);
};

template <class Env, auto options>
EnvFactory make(const EnvOptions& all) {
  return {.spec = Env::describe(all.*options),
          .make = [own = all.*options](int copies) { return std::make_unique<Env>(own, copies); }};
}

constexpr Row table[] = {
    {"pendulum", make<Pendulum, &EnvOptions::pendulum>},
    {"two_modes", make<TwoModes, &EnvOptions::two_modes>},
    {"pendulum_target", make<PendulumTarget, &EnvOptions::pendulum_target>},
    {"pendulum_spin", make<PendulumSpin, &EnvOptions::pendulum_spin>},
    {"toy_2d", make<Toy2d, &EnvOptions::toy_2d>},
    {"cart_pole_swing_up", [](const EnvOptions& o) { return make_cart_pole_swing_up(o.cart_pole_swing_up); }},
    {"acrobot", [](const EnvOptions& o) { return make_acrobot(o.acrobot); }},
    {"hopper", [](const EnvOptions& o) { return make_hopper(o.hopper); }},
    {"walker2d", [](const EnvOptions& o) { return make_walker2d(o.walker2d); }},
    {"half_cheetah", [](const EnvOptions& o) { return make_half_cheetah(o.half_cheetah); }},
    {"ant", [](const EnvOptions& o) { return make_ant(o.ant); }},
    {"humanoid", [](const EnvOptions& o) { return make_humanoid(o.humanoid); }},
    {"humanoid_velocity", [](const EnvOptions& o) { return make_humanoid_velocity(o.humanoid_velocity); }},
    {"humanoid_motion", [](const EnvOptions& o) { return make_humanoid_motion(o.humanoid_motion); }},
    {"dm_humanoid", [](const EnvOptions& o) { return make_dm_humanoid(o.dm_humanoid); }},
    {"gymnasium", [](const EnvOptions& o) { return make_gymnasium(o.gymnasium); }},
};

}  // namespace

std::vector<std::string> env_names() {
  std::vector<std::string> names = names_in(table);
  for (const auto& [name, entry] : Registry::current().of(Registry::Kind::environment)) names.push_back(name);
  names.emplace_back(no_env);
  return names;
}

EnvOptions portable(EnvOptions options) {
  const GymnasiumOptions defaults;
  options.gymnasium.python = defaults.python;
  options.gymnasium.copies = defaults.copies;
  options.gymnasium.timeout = defaults.timeout;
  options.humanoid_motion.clip.clear();
  return options;
}

std::string env_content(const EnvOptions& options) {
  if (options.name == "humanoid_motion") return hash_file(options.humanoid_motion.clip);
  return options.name == "gymnasium" ? gymnasium_content(options.gymnasium) : "";
}

EnvFactory make_env(const EnvOptions& options) {
  if (const Row* row = find_row(table, options.name)) return row->make(options);
  const Registry::Entries& added = Registry::current().of(Registry::Kind::environment);
  if (const auto found = added.find(options.name); found != added.end()) {
    return std::any_cast<const RegisteredEnv&>(found->second.make)(options.registered.at(options.name));
  }
  throw_input_error("env.name: no environment '{}'", options.name);
}

}  // namespace fm

#include "libfm/task/environments.hpp"

#include "libfm/core/error.hpp"
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
};

}  // namespace

std::vector<std::string> env_names() {
  std::vector<std::string> names = names_in(table);
  names.emplace_back(no_env);
  return names;
}

EnvFactory make_env(const EnvOptions& options) {
  if (const Row* row = find_row(table, options.name)) return row->make(options);
  throw_input_error("env.name: no environment '{}'", options.name);
}

}  // namespace fm

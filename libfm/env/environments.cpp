#include "libfm/env/environments.hpp"

#include "libfm/core/error.hpp"

#include <utility>

namespace fm {
namespace {

struct Row {
  const char* name;
  std::unique_ptr<VectorEnv> (*make)(const EnvOptions& options, int copies);
};

template <class Env, auto options>
std::unique_ptr<VectorEnv> make(const EnvOptions& all, int copies) {
  return std::make_unique<Env>(all.*options, copies);
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
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  names.emplace_back(no_env);
  return names;
}

EnvFactory make_env(const EnvOptions& options) {
  for (const Row& row : table) {
    if (options.name == row.name) return [=](int copies) { return row.make(options, copies); };
  }
  throw_input_error("env.name: no environment '{}'", options.name);
}

}  // namespace fm

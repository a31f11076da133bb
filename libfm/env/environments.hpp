#pragma once
// The table of environments, by name.

#include "libfm/env/environment.hpp"
#include "libfm/env/pendulum.hpp"

#include <string>
#include <vector>

namespace fm {

/// The name that stands for "no environment": training on recorded data alone.
inline constexpr const char* no_env = "none";

std::vector<std::string> env_names();

struct EnvOptions {
  std::string name = "pendulum";
  PendulumOptions pendulum;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the environment; none: train on data.files and report the action error only",
          one_of(env_names()));
    visit("pendulum", pendulum, "options of `name: pendulum`");
  }
};

/// @throws InputError for a name that is not in the table.
EnvFactory make_env(const EnvOptions& options);

}  // namespace fm

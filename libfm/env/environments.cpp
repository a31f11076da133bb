#include "libfm/env/environments.hpp"

#include "libfm/core/error.hpp"

#include <utility>

namespace fm {
namespace {

struct Row {
  const char* name;
  std::unique_ptr<VectorEnv> (*make)(const EnvOptions& options, int copies);
};

constexpr Row table[] = {
    {"pendulum",
     [](const EnvOptions& o, int n) -> std::unique_ptr<VectorEnv> {
       return std::make_unique<Pendulum>(o.pendulum, n);
     }},
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

#include "libfm/expert/experts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/baselines.hpp"

#include <string_view>

namespace fm {
namespace {

struct Row {
  const char* name;
  const char* env;  ///< the environment it is made for; "": any
  PolicyFactory (*make)(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir);
};

constexpr Row table[] = {
    {"swing_up_lqr", "pendulum",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path&) -> PolicyFactory {
       return [prototype = SwingUpLqr(o.swing_up_lqr, e.pendulum)] { return std::make_unique<SwingUpLqr>(prototype); };
     }},
    {"optimal", "pendulum",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path& cache_dir) -> PolicyFactory {
       auto values = std::make_shared<const ValueTable>(optimal_values(o.optimal, e.pendulum, cache_dir));
       return [prototype = Optimal(o.optimal, e.pendulum, values)] { return std::make_unique<Optimal>(prototype); };
     }},
    {"zero", "",
     [](const ExpertOptions&, const EnvOptions& e, const std::filesystem::path&) -> PolicyFactory {
       return [actions = make_env(e)(1)->spec().actions] { return std::make_unique<ZeroPolicy>(actions); };
     }},
    {"random", "",
     [](const ExpertOptions&, const EnvOptions& e, const std::filesystem::path&) -> PolicyFactory {
       return [actions = make_env(e)(1)->spec().actions] { return std::make_unique<RandomPolicy>(actions); };
     }},
};

}  // namespace

std::vector<std::string> expert_names() {
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  return names;
}

PolicyFactory make_expert(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir) {
  for (const Row& row : table) {
    if (options.name != row.name) continue;
    if (env.name == no_env) {
      throw_input_error("expert.name: '{}' has nothing to act in, because env.name is '{}'; name an environment",
                        row.name, no_env);
    }
    if (!std::string_view(row.env).empty() && env.name != row.env) {
      throw_input_error("expert.name: '{}' needs env.name: {}, which is '{}'; take an expert that fits it", row.name,
                        row.env, env.name);
    }
    return row.make(options, env, cache_dir);
  }
  throw_input_error("expert.name: no expert '{}'", options.name);
}

}  // namespace fm

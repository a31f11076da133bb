#include "libfm/expert/experts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/expert/toy_2d.hpp"

#include <string_view>

namespace fm {
namespace {

struct Row {
  const char* name;
  const char* env;  ///< the environment it is made for; "": any
  PolicyFactory (*make)(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir,
                        std::uint64_t seed);
};

/// Every call makes a copy of the prototype.
template <class Expert>
PolicyFactory copies_of(Expert prototype) {
  return [prototype = std::move(prototype)] { return std::make_unique<Expert>(prototype); };
}

OptimalTorque optimal_torque(const OptimalOptions& options, const PendulumOptions& pendulum,
                             const std::filesystem::path& cache_dir, int turns) {
  auto values = std::make_shared<const ValueTable>(optimal_values(options, pendulum, cache_dir, turns));
  return {options, pendulum, std::move(values)};
}

constexpr Row table[] = {
    {"swing_up_lqr", "pendulum",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path&, std::uint64_t) -> PolicyFactory {
       return copies_of(SwingUpLqr(o.swing_up_lqr, e.pendulum));
     }},
    {"optimal", "pendulum",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path& cache_dir, std::uint64_t)
         -> PolicyFactory { return copies_of(Optimal(optimal_torque(o.optimal, e.pendulum, cache_dir, 1))); }},
    {"two_modes", "two_modes",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path& cache_dir,
        std::uint64_t seed) -> PolicyFactory {
       return copies_of(TwoModesExpert(optimal_torque(o.two_modes.optimal, e.two_modes.pendulum, cache_dir, 2),
                                       o.two_modes.margin, seed));
     }},
    {"target_lqr", "pendulum_target",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path&, std::uint64_t) -> PolicyFactory {
       return copies_of(TargetLqr(o.target_lqr, e.pendulum_target.pendulum));
     }},
    {"spin_energy", "pendulum_spin",
     [](const ExpertOptions& o, const EnvOptions& e, const std::filesystem::path&, std::uint64_t) -> PolicyFactory {
       return copies_of(SpinEnergy(o.spin_energy, e.pendulum_spin.pendulum));
     }},
    {"toy_2d", "toy_2d",
     [](const ExpertOptions&, const EnvOptions& e, const std::filesystem::path&, std::uint64_t seed) -> PolicyFactory {
       return copies_of(Toy2dExpert(e.toy_2d, seed));
     }},
    {"zero", "",
     [](const ExpertOptions&, const EnvOptions& e, const std::filesystem::path&, std::uint64_t) -> PolicyFactory {
       return [actions = make_env(e)(1)->spec().actions] { return std::make_unique<ZeroPolicy>(actions); };
     }},
    {"random", "",
     [](const ExpertOptions&, const EnvOptions& e, const std::filesystem::path&, std::uint64_t seed) -> PolicyFactory {
       return
           [actions = make_env(e)(1)->spec().actions, seed] { return std::make_unique<RandomPolicy>(actions, seed); };
     }},
};

const Row& fitting_row(const ExpertOptions& options, const EnvOptions& env) {
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
    return row;
  }
  throw_input_error("expert.name: no expert '{}'", options.name);
}

}  // namespace

std::vector<std::string> expert_names() {
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  return names;
}

void check_expert(const ExpertOptions& options, const EnvOptions& env) { fitting_row(options, env); }

PolicyFactory make_expert(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir,
                          std::uint64_t seed) {
  return fitting_row(options, env).make(options, env, cache_dir, seed);
}

}  // namespace fm

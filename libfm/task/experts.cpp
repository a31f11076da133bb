#include "libfm/task/experts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/expert/toy_2d.hpp"

#include <string_view>

namespace fm {
namespace {

/// What make_expert was given.
struct Making {
  const ExpertOptions& expert;
  const EnvOptions& env;
  const std::filesystem::path& cache_dir;
  std::uint64_t seed;
};

struct Row {
  const char* name;
  const char* env;  ///< the environment it is made for; "": any
  PolicyFactory (*make)(const Making& making);
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
     [](const Making& m) -> PolicyFactory { return copies_of(SwingUpLqr(m.expert.swing_up_lqr, m.env.pendulum)); }},
    {"optimal", "pendulum",
     [](const Making& m) -> PolicyFactory {
       return copies_of(Optimal(optimal_torque(m.expert.optimal, m.env.pendulum, m.cache_dir, 1)));
     }},
    {"two_modes", "two_modes",
     [](const Making& m) -> PolicyFactory {
       const TwoModesExpertOptions& o = m.expert.two_modes;
       return copies_of(
           TwoModesExpert(optimal_torque(o.optimal, m.env.two_modes.pendulum, m.cache_dir, 2), o.margin, m.seed));
     }},
    {"target_lqr", "pendulum_target",
     [](const Making& m) -> PolicyFactory {
       return copies_of(TargetLqr(m.expert.target_lqr, m.env.pendulum_target.pendulum));
     }},
    {"spin_energy", "pendulum_spin",
     [](const Making& m) -> PolicyFactory {
       return copies_of(SpinEnergy(m.expert.spin_energy, m.env.pendulum_spin.pendulum));
     }},
    {"toy_2d", "toy_2d", [](const Making& m) -> PolicyFactory { return copies_of(Toy2dExpert(m.env.toy_2d, m.seed)); }},
    {"zero", "", [](const Making& m) -> PolicyFactory { return copies_of(ZeroPolicy(make_env(m.env).spec.actions)); }},
    {"random", "",
     [](const Making& m) -> PolicyFactory { return copies_of(RandomPolicy(make_env(m.env).spec.actions, m.seed)); }},
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
  return fitting_row(options, env).make({options, env, cache_dir, seed});
}

}  // namespace fm

#include "libfm/task/experts.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/expert/baselines.hpp"
#include "libfm/expert/toy_2d.hpp"

namespace fm {
namespace {

/// The arguments of make_expert.
struct ExpertRequest {
  const ExpertOptions& expert;
  const EnvOptions& env;
  const std::filesystem::path& cache_dir;
  std::uint64_t seed;
};

struct Row {
  const char* name;
  const char* envs;  ///< the environments that it acts in, separated by ", "; "": any
  PolicyFactory (*make)(const ExpertRequest& request);
};

/// A factory that copies the prototype.
template <class Expert>
PolicyFactory copies_of(Expert prototype) {
  return [prototype = std::move(prototype)] { return std::make_unique<Expert>(prototype); };
}

/// A factory of planners, each with simulations of its own. Whether it acts in the environment is found out at once.
template <class Planner, class Options>
PolicyFactory planner(const Options& options, const ExpertRequest& request) {
  const EnvFactory env = make_env(request.env);
  PolicyFactory make = [options, env, seed = request.seed] { return std::make_unique<Planner>(options, env, seed); };
  make();
  return make;
}

OptimalTorque optimal_torque(const OptimalOptions& options, const PendulumOptions& pendulum,
                             const std::filesystem::path& cache_dir, int turns) {
  auto values = std::make_shared<const ValueTable>(optimal_values(options, pendulum, cache_dir, turns));
  return {options, pendulum, std::move(values)};
}

constexpr Row table[] = {
    {"swing_up_lqr", "pendulum",
     [](const ExpertRequest& r) -> PolicyFactory {
       return copies_of(SwingUpLqr(r.expert.swing_up_lqr, r.env.pendulum));
     }},
    {"optimal", "pendulum",
     [](const ExpertRequest& r) -> PolicyFactory {
       return copies_of(Optimal(optimal_torque(r.expert.optimal, r.env.pendulum, r.cache_dir, 1)));
     }},
    {"two_modes", "two_modes",
     [](const ExpertRequest& r) -> PolicyFactory {
       const TwoModesExpertOptions& o = r.expert.two_modes;
       return copies_of(
           TwoModesExpert(optimal_torque(o.optimal, r.env.two_modes.pendulum, r.cache_dir, 2), o.margin, r.seed));
     }},
    {"target_lqr", "pendulum_target",
     [](const ExpertRequest& r) -> PolicyFactory {
       return copies_of(TargetLqr(r.expert.target_lqr, r.env.pendulum_target.pendulum));
     }},
    {"spin_energy", "pendulum_spin",
     [](const ExpertRequest& r) -> PolicyFactory {
       return copies_of(SpinEnergy(r.expert.spin_energy, r.env.pendulum_spin.pendulum));
     }},
    {"toy_2d", "toy_2d",
     [](const ExpertRequest& r) -> PolicyFactory { return copies_of(Toy2dExpert(r.env.toy_2d, r.seed)); }},
    {"predictive_sampling", "",
     [](const ExpertRequest& r) -> PolicyFactory {
       return planner<PredictiveSampling>(r.expert.predictive_sampling, r);
     }},
    {"ilqr", "", [](const ExpertRequest& r) -> PolicyFactory { return planner<IlqrPolicy>(r.expert.ilqr, r); }},
    {"collocation", "pendulum, cart_pole_swing_up, acrobot",
     [](const ExpertRequest& r) -> PolicyFactory {
       return make_collocation(r.expert.collocation, make_env(r.env), r.env.pendulum, r.seed);
     }},
    {trained_policy, "",
     [](const ExpertRequest&) -> PolicyFactory {
       throw_input_error("expert.name: a trained policy is an expert only in an experiment");
     }},
    {no_expert, "",
     [](const ExpertRequest&) -> PolicyFactory { throw_input_error("expert.name: '{}' does not act", no_expert); }},
    {"zero", "",
     [](const ExpertRequest& r) -> PolicyFactory { return copies_of(ZeroPolicy(make_env(r.env).spec.actions)); }},
    {"random", "",
     [](const ExpertRequest& r) -> PolicyFactory {
       return copies_of(RandomPolicy(make_env(r.env).spec.actions, r.seed));
     }},
};

/// The expert's entry in the registry, or null.
const Registry::Entry* find_registered(const std::string& name) {
  const Registry::Entries& added = Registry::current().of(Registry::Kind::expert);
  const auto found = added.find(name);
  return found == added.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> expert_names() {
  std::vector<std::string> names = names_in(table);
  for (const auto& [name, entry] : Registry::current().of(Registry::Kind::expert)) names.push_back(name);
  return names;
}

void check_expert(const ExpertOptions& options, const EnvOptions& env) {
  const Row* row = find_row(table, options.name);
  const Registry::Entry* added = find_registered(options.name);
  if (row == nullptr && added == nullptr) throw_input_error("expert.name: no expert '{}'", options.name);
  if (env.name == no_env) {
    throw_input_error("expert.name: '{}' needs an environment, but env.name is '{}'; choose an environment",
                      options.name, no_env);
  }
  const std::string fits = row != nullptr ? row->envs : added->fits;
  if (!fits.empty() && (", " + fits + ",").find(", " + env.name + ",") == std::string::npos) {
    throw_input_error("expert.name: '{}' needs env.name: {}, but it is '{}'; choose an expert for that environment",
                      options.name, fits, env.name);
  }
}

PolicyFactory make_expert(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir,
                          std::uint64_t seed) {
  check_expert(options, env);
  if (const Row* row = find_row(table, options.name)) return row->make({options, env, cache_dir, seed});
  return std::any_cast<const RegisteredExpert&>(find_registered(options.name)->make)(
      options.registered.at(options.name), make_env(env), seed);
}

}  // namespace fm

#pragma once
// The table of experts, by name.

#include "libfm/collocation/collocation_policy.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/expert/ilqr_policy.hpp"
#include "libfm/expert/optimal.hpp"
#include "libfm/expert/predictive_sampling.hpp"
#include "libfm/expert/spin_energy.hpp"
#include "libfm/expert/swing_up_lqr.hpp"
#include "libfm/expert/target_lqr.hpp"
#include "libfm/expert/two_modes.hpp"
#include "libfm/task/environments.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// The names in the table, and those that were registered.
std::vector<std::string> expert_names();

/// The name of an expert that is a trained policy. make_expert() cannot make it: experiment/expert.hpp can.
inline constexpr const char* trained_policy = "policy";

/// No expert: there is recorded data, or nothing to imitate. make_expert() cannot make it.
inline constexpr const char* no_expert = "none";

struct PolicyExpertOptions {
  std::string from;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("from", from, "run directory, checkpoint or experiment file of the policy; an experiment file is run first");
  }
};

struct ExpertOptions {
  std::string name = "swing_up_lqr";
  SwingUpLqrOptions swing_up_lqr{};
  OptimalOptions optimal{};
  TwoModesExpertOptions two_modes{};
  TargetLqrOptions target_lqr{};
  SpinEnergyOptions spin_energy{};
  PredictiveSamplingOptions predictive_sampling{};
  IlqrOptions ilqr{};
  CollocationOptions collocation{};
  PolicyExpertOptions policy{};
  Registry::Options registered = Registry::current().options(Registry::Kind::expert);

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name,
          "the controller that provides the demonstrations, and that the policy is compared with; none: there is none, "
          "as with recorded data or reinforcement learning alone",
          one_of(expert_names()));
    visit("swing_up_lqr", swing_up_lqr, "options of `name: swing_up_lqr`");
    visit("optimal", optimal, "options of `name: optimal`");
    visit("two_modes", two_modes, "options of `name: two_modes`");
    visit("target_lqr", target_lqr, "options of `name: target_lqr`");
    visit("spin_energy", spin_energy, "options of `name: spin_energy`");
    visit("predictive_sampling", predictive_sampling, "options of `name: predictive_sampling`");
    visit("ilqr", ilqr, "options of `name: ilqr`");
    visit("collocation", collocation, "options of `name: collocation`");
    visit("policy", policy, "options of `name: policy`");
    for (auto& [added, options] : registered) visit(added.c_str(), options, "options of this program's own expert");
  }
};

/// @throws InputError for a name that is not in the table or an expert that does not act in the environment.
void check_expert(const ExpertOptions& options, const EnvOptions& env);

/// The expert called options.name. Expensive precomputation is done here, once, and shared by all policies made.
/// @param cache_dir where precomputed tables are kept between runs; "": nowhere
/// @param seed of the expert's own randomness
/// @throws InputError for a name that is not in the table or an expert that does not act in the environment;
/// MachineError if the cache cannot be written.
PolicyFactory make_expert(const ExpertOptions& options, const EnvOptions& env, const std::filesystem::path& cache_dir,
                          std::uint64_t seed);

using RegisteredExpert =
    std::function<PolicyFactory(const ErasedOptions& options, const EnvFactory& env, std::uint64_t seed)>;

/// Adds an expert of one's own, `make(options, env_factory, seed)`; in YAML its options stand under its name.
/// @param env the environment that it acts in; "": any
/// @throws std::invalid_argument if the name is taken
template <HasFields Options, class Make>
void add_expert(Registry& registry, const std::string& name, const std::string& env, Make make, Options defaults = {}) {
  RegisteredExpert erased = [make](const ErasedOptions& options, const EnvFactory& factory, std::uint64_t seed) {
    return make(options.template as<Options>(), factory, seed);
  };
  registry.add(Registry::Kind::expert, name, {ErasedOptions(std::move(defaults)), env, std::move(erased)});
}

}  // namespace fm

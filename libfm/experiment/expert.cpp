#include "libfm/experiment/expert.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/evaluation/engine.hpp"
#include "libfm/experiment/collect.hpp"
#include "libfm/experiment/data_agreement.hpp"
#include "libfm/experiment/teacher.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/policy_spec/policy_description.hpp"
#include "libfm/realtime/realtime_policy.hpp"

namespace fm {
namespace {

/// The realtime engine, or LibTorch for a policy that it does not support.
/// @param executed actions of each prediction, which depends on no other; 0: all as the checkpoint says
PredictorFactory fastest_engine(const std::filesystem::path& checkpoint, int executed) {
  const std::shared_ptr<PolicyModel> model = load_policy(checkpoint, at::kCPU);
  SamplerOptions sampler = model->description().sampler;
  if (executed > 0) {
    sampler.executed = executed;
    sampler.delay = 0;
    sampler.prefix = "none";
    sampler.rate_limit.clear();
    sampler.ensemble = sampler.warm_start = sampler.action_noise = 0.0;
  }
  try {
    const auto fast = load_realtime(checkpoint, {.sampler = sampler});
    return [fast] { return std::make_unique<RealtimePredictor>(fast); };
  } catch (const InputError&) {
    model->set_sampler(sampler);
    return [model] { return std::make_unique<ModelPredictor>(model); };
  }
}

PolicyFactory policy_expert(const std::filesystem::path& checkpoint, const EnvSpec& env, std::uint64_t seed,
                            int executed) {
  const PredictorFactory engine = fastest_engine(checkpoint, executed);
  check_fits("expert.policy.from", engine()->description().spec, env);
  const RandomStream noise(seed, "expert's noise");
  return [=] { return std::make_unique<ChunkedPolicy>(engine(), noise); };
}

/// Whether the expert acts in the environment, and its policy is there. The policy is not read.
void check_source(const Experiment& e) {
  check_expert(e.expert, e.env);
  if (e.expert.name != trained_policy) return;
  const std::string& from = e.expert.policy.from;
  if (from.empty()) {
    throw_input_error("expert.policy.from: give a run directory, a checkpoint or an experiment file");
  }
  const auto checkpoint = checkpoint_in(from);
  if (!std::filesystem::exists(checkpoint)) {
    throw_input_error("expert.policy.from: {}: no such file", checkpoint.string());
  }
}

/// @param executed of a trained policy: actions of each prediction; 0: as its checkpoint says
PolicyFactory make_expert_of(const Experiment& e, std::uint64_t seed, int executed) {
  if (e.expert.name != trained_policy) return make_expert(e.expert, e.env, cache_directory(e), seed);
  check_source(e);
  return policy_expert(trained_checkpoint(e.expert.policy.from, e), make_env(e.env).spec, seed, executed);
}

}  // namespace

PolicyFactory expert_of(const Experiment& e, std::uint64_t seed) { return make_expert_of(e, seed, 0); }

PolicyFactory labeller_of(const Experiment& e, std::uint64_t seed) {
  Experiment anew = e;
  anew.expert.predictive_sampling.plan_every = anew.expert.ilqr.plan_every = 1;
  return make_expert_of(anew, seed, 1);
}

std::string expert_content(const Experiment& e) {
  return e.expert.name == trained_policy ? hash_file(trained_checkpoint(e.expert.policy.from, e)) : "";
}

void check_expert(const Experiment& e) {
  check_source(e);
  const std::string& from = e.expert.policy.from;
  if (e.expert.name == trained_policy && !is_experiment(from)) {
    policy_expert(checkpoint_in(from), make_env(e.env).spec, 0, 0);
  }
}

}  // namespace fm

#include "scripts/benchmarks/works.hpp"

#include "libfm/nn/device.hpp"
#include "libfm/rl/actor_policy.hpp"
#include "libfm/rl/learner.hpp"
#include "libfm/rl/reinforce.hpp"
#include "libfm/rl/running_statistics.hpp"
#include "libfm/task/environments.hpp"

namespace fm::bench {
namespace {

/// The loop of reinforce() without evaluations and checkpoints.
class Loop {
 public:
  Loop(const std::string& env, int width, int minibatches)
      : options_(options(width, minibatches)), learner_(options_, actor(env, width), RandomStream(0, "init")),
        observations_(learner_.policy().description().spec.observations.size()),
        rewards_(options_.copies, options_.discount),
        collector_(
            make_env({.name = env}),
            [this] { return std::make_unique<ActorPolicy>(learner_.actor(), RandomStream(0, "exploration")); },
            RandomStream(0, "reinforcement"), options_.copies) {}

  std::int64_t steps() const { return options_.rows(); }

  void iterate() {
    const Segment segment = collect();
    const Experience experience = learner_.experience(segment, rewards_.scale(segment.rewards, segment.ended));
    learner_.update(experience, iteration_++, RandomStream(0, "minibatches"));
    observations_.add(segment.observations);
    learner_.set_critic_observations(observations_.normalisation());
    learner_.policy().set_observations(observations_.normalisation());
  }

 private:
  static RlOptions options(int width, int minibatches) {
    RlOptions options;
    options.name = "ppo";
    options.copies = 16;
    options.segment = 256;
    options.epochs = 10;
    options.minibatches = minibatches;
    options.schedule = "constant";
    options.critic.hidden = {width, width};
    return options;
  }

  std::shared_ptr<Actor> actor(const std::string& env, int width) const {
    PolicyDescription d{.spec = make_env({.name = env}).spec};
    d.policy.name = "mse";
    d.network = {.mlp = {{width, width}}, .time_embedding = 0};
    const RandomStream init(0, "init");
    return make_actor(options_, make_policy_model(normalised_by_bounds(d), init), init);
  }

  Segment collect() {
    const SerialOperations serial;
    return collector_.collect(options_.segment);
  }

  RlOptions options_;
  Learner learner_;
  RunningStatistics observations_;
  RewardScale rewards_;
  Collector collector_;
  std::int64_t iteration_ = 0;
};

}  // namespace

TimedWork ppo_work(const std::string& env, int width, int minibatches) {
  const auto loop = std::make_shared<Loop>(env, width, minibatches);
  return {.run = [=] { loop->iterate(); }, .units = loop->steps()};
}

}  // namespace fm::bench

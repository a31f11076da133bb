#pragma once
// What reinforcement learning trains: the actor's policy and the value network, with their optimisers.

#include "libfm/env/collector.hpp"
#include "libfm/nn/conditional_net.hpp"
#include "libfm/rl/actor.hpp"
#include "libfm/train/adamw.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fm {

/// The steps of an iteration, M rows in all.
struct Experience {
  Condition condition;             ///< (M), the policy's
  Condition critic_condition;      ///< (M), the value network's
  at::Tensor record;               ///< (M, R), the actor's
  std::vector<double> values;      ///< (M), before the update
  std::vector<double> advantages;  ///< (M)
  std::vector<double> targets;     ///< (M), of the values
};

/// Means over the updates of an iteration.
struct UpdateMetrics {
  double policy_loss = 0.0;
  double value_loss = 0.0;
  double kl = 0.0;                ///< of the policy to that of the collection
  double clip_fraction = 0.0;     ///< share of ratios beyond 1 +- rl.clip
  std::optional<double> entropy;  ///< per action dimension, where it is known
};

class Learner {
 public:
  Learner(const RlOptions& options, std::shared_ptr<Actor> actor, const RandomStream& init);

  std::shared_ptr<const Actor> actor() const { return actor_; }
  PolicyModel& policy() { return actor_->policy(); }
  std::shared_ptr<PolicyModel> shared_policy() const { return actor_->shared_policy(); }

  /// How the value network scales observations; at first as the policy does.
  void set_critic_observations(const Normalisation& normalisation) { critic_observations_ = Scaling(normalisation); }

  /// The segment as tensors. @param rewards (T N), scaled
  Experience experience(const Segment& segment, const std::vector<double>& rewards) const;

  /// @param progress of the whole training, in [0, 1]
  void set_progress(double progress);

  /// All passes over the experience, policy and value network side by side: neither needs the other's.
  /// @param minibatches orders rows by (iteration, pass)
  UpdateMetrics update(const Experience& experience, std::int64_t iteration, const RandomStream& minibatches);

  /// Whether all weights are finite.
  bool is_finite() const;

  /// The policy's present learning rate, with rl.schedule.
  double learning_rate() const { return policy_rate_; }
  void set_learning_rate(double rate) { policy_rate_ = rate; }

  /// Everything but the policy's weights that a resumed run needs, by name.
  std::vector<std::pair<std::string, at::Tensor>> state() const;

 private:
  /// The normalised condition of observations (rows, O) and goals (rows, G) in the environment's units.
  Condition condition(const Matrix& observations, const Matrix& goals) const;
  /// The same for the value network, from which nothing is hidden.
  Condition critic_condition(const Matrix& observations, const Matrix& goals) const;
  std::vector<double> values(const Condition& condition) const;

  /// Calls step(rows) for the minibatches of all passes, and end_pass() after each pass.
  template <class Step, class EndPass>
  void for_each_minibatch(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                          const Step& step, const EndPass& end_pass) const;
  void update_policy(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                     UpdateMetrics& metrics);
  void update_critic(const Experience& all, std::int64_t iteration, const RandomStream& minibatches,
                     UpdateMetrics& metrics);
  void follow_kl(double kl);

  const RlOptions& options_;
  std::shared_ptr<Actor> actor_;
  /// The value network: the discounted sum of scaled rewards that the policy is expected to collect.
  std::shared_ptr<ConditionalNet> critic_;
  Scaling critic_observations_, critic_goals_;
  AdamW policy_optimiser_, critic_optimiser_;
  double policy_rate_, critic_rate_;
};

}  // namespace fm

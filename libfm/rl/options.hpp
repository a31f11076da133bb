#pragma once
// The settings of reinforcement learning.

#include "libfm/core/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fm {

inline constexpr const char* no_rl = "none";

struct GaussianActorOptions {
  double deviation = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("deviation", deviation, "initial standard deviation, in normalised actions; it is learned, one per dimension",
          above(0.0));
  }
};

/// ReinFlow (Zhang et al. 2025): see rl/reinflow_actor.hpp.
struct ReinFlowOptions {
  double least = 0.1;
  double most = 0.24;
  double held = 0.35;
  double final_share = 0.7;
  std::vector<int> hidden = {64, 64};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("least", least, "lower bound of the noise's standard deviation, in normalised actions", above(0.0));
    visit("most", most, "upper bound of it at the beginning", above(0.0));
    visit("held", held, "share of the steps for which the upper bound is held", between(0.0, 1.0));
    visit(
        "final_share", final_share,
        "share of the range between the bounds that is left at the end, to which the upper bound falls along a cosine",
        between(0.0, 1.0));
    visit("hidden", hidden, "width of each hidden layer of the noise network", list_of(1, 100, between(1, 65536)));
  }
};

/// FPO (McAllister et al. 2025) and FPO++ (2026): see rl/fpo_actor.hpp.
struct FpoOptions {
  int pairs = 8;
  bool ratio_per_pair = false;
  double most_loss = 20.0;
  double most_difference = 10.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("pairs", pairs, "pairs of noise and time for each action", between(1, 1000));
    visit("ratio_per_pair", ratio_per_pair, "one ratio per pair (FPO++) instead of one per action", {});
    visit("most_loss", most_loss, "flow-matching losses are clipped to it", above(0.0));
    visit("most_difference", most_difference, "differences of losses are clipped to +-it", above(0.0));
  }
};

struct CriticOptions {
  std::vector<int> hidden = {256, 256};
  double learning_rate = 1e-3;
  double clip = 0.0;
  int warm_up = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("hidden", hidden, "width of each hidden layer of the value network", list_of(1, 100, between(1, 65536)));
    visit("learning_rate", learning_rate, "learning rate of the value network, with rl.schedule", above(0.0));
    visit("clip", clip, "largest change of a value in an iteration that its loss rewards; 0: none", at_least(0.0));
    visit("warm_up", warm_up, "iterations at the beginning in which only the value network is trained",
          between(0, 1e6));
  }
};

struct RlOptions {
  std::string name = no_rl;
  std::int64_t steps = 300000;
  int copies = 16;
  int segment = 256;
  int epochs = 10;
  int minibatches = 16;
  double learning_rate = 3e-4;
  std::string schedule = "linear";
  double target_kl = 0.01;
  double discount = 0.99;
  double lambda = 0.95;
  double clip = 0.2;
  std::string objective = "clip";
  double entropy = 0.0;
  double gradient_clip = 0.5;
  bool normalise_rewards = true;
  bool normalise_observations = true;
  bool normalise_advantages = true;
  int evaluate_every = 10;
  std::optional<double> target_return;
  CriticOptions critic;
  GaussianActorOptions ppo;
  ReinFlowOptions reinflow;
  FpoOptions fpo;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name,
          "reinforcement learning after the imitation; ppo: policy `mse` as the mean of a Gaussian; reinflow, fpo: "
          "policy `flow`; none: no reinforcement learning",
          one_of({no_rl, "ppo", "reinflow", "fpo"}));
    visit("steps", steps, "steps of the environment, rounded up to whole iterations", between(1, 1e12));
    visit("copies", copies, "copies of the environment", between(1, 65536));
    visit("segment", segment, "steps of each copy in an iteration", between(1, 1e6));
    visit("epochs", epochs, "passes over the steps of an iteration", between(1, 1000));
    visit("minibatches", minibatches, "updates in a pass; divides copies * segment", between(1, 1e6));
    visit("learning_rate", learning_rate, "learning rate of the policy (Adam)", above(0.0));
    visit("schedule", schedule,
          "constant; linear: falls to 0 over the steps; kl: the policy's learning rate follows rl.target_kl",
          one_of({"constant", "linear", "kl"}));
    visit("target_kl", target_kl,
          "with `schedule: kl`: a pass that changes the policy by more than twice it divides the learning rate by 1.5, "
          "one by less than half multiplies it, from 1e-6 to 1e-2 at most",
          above(0.0));
    visit("discount", discount, "discount of a step", between(0.0, 1.0));
    visit("lambda", lambda, "decay of generalised advantage estimation", between(0.0, 1.0));
    visit("clip", clip, "change of the ratio of probabilities beyond which an update gains nothing", above(0.0));
    visit("objective", objective,
          "clip: the clipped objective of PPO; aspo: for negative advantages a quadratic penalty instead (FPO++)",
          one_of({"clip", "aspo"}));
    visit("entropy", entropy, "weight of the entropy in the objective", at_least(0.0));
    visit("gradient_clip", gradient_clip, "maximum norm of each network's gradient", above(0.0));
    visit("normalise_rewards", normalise_rewards,
          "whether rewards are divided by the standard deviation of the discounted return");
    visit("normalise_observations", normalise_observations,
          "whether a policy that begins with fresh weights scales observations by their running mean and standard "
          "deviation; one that was trained before keeps its normaliser");
    visit("normalise_advantages", normalise_advantages,
          "whether the advantages of a minibatch are shifted and scaled to mean 0 and standard deviation 1");
    visit("evaluate_every", evaluate_every,
          "iterations between evaluations in train.rollout.episodes episodes, which select best.safetensors",
          between(1, 1e9));
    visit("target_return", target_return, "stops once an evaluation reaches this return; null: never");
    visit("critic", critic, "the value network");
    visit("ppo", ppo, "options of `name: ppo`");
    visit("reinflow", reinflow, "options of `name: reinflow`");
    visit("fpo", fpo, "options of `name: fpo`");
  }

  bool is_used() const { return name != no_rl; }
  std::int64_t rows() const { return std::int64_t{copies} * segment; }
  std::int64_t iterations() const { return (steps + rows() - 1) / rows(); }
};

}  // namespace fm

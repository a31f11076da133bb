#pragma once
// The settings of training.

#include "libfm/core/fields.hpp"

#include <optional>
#include <string>

namespace fm {

struct TrainRolloutOptions {
  int every = 25;
  int episodes = 200;
  int steps = 10;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("every", every, "epochs between rollouts of the policy in the environment; 0: none", between(0, 1e9));
    visit("episodes", episodes, "episodes of each, always from the same starts as the expert's", between(1, 1e6));
    visit("steps", steps, "solver steps in these rollouts (evaluation uses sampler.steps)", between(1, 10000));
  }
};

struct TrainOptions {
  int epochs = 150;
  int batch_size = 256;
  double learning_rate = 2e-3;
  double warm_up = 0.05;
  double weight_decay = 1e-4;
  std::optional<double> clip = 1.0;
  double ema = 0.995;
  double validation = 0.05;
  std::optional<std::string> init;
  std::string best = "return";
  TrainRolloutOptions rollout;
  std::string precision = "float32";
  double checkpoint_seconds = 5.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs, "passes through the data", between(1, 1e7));
    visit("batch_size", batch_size, "rows in a step", between(1, 1e7));
    visit("learning_rate", learning_rate, "AdamW's, at its highest", above(0.0));
    visit("warm_up", warm_up, "share of the steps over which it rises from 0; then it falls to 0 along a cosine",
          from_to_below(0.0, 1.0));
    visit("weight_decay", weight_decay, "AdamW's", at_least(0.0));
    visit("clip", clip, "gradients are scaled down to this norm; null: never", above(0.0));
    visit("ema", ema, "decay of the moving average of weights, which is what acts; 0: none", from_to_below(0.0, 1.0));
    visit("validation", validation, "share of the episodes held out", from_to_below(0.0, 1.0));
    visit("init", init, "run directory or checkpoint to start the weights from; null: fresh weights");
    visit("best", best,
          "what is kept in best.safetensors: by return, a later epoch takes the place of an earlier one unless its "
          "return from the same starts is clearly lower; by loss, the epoch of the lowest loss",
          one_of({"return", "loss"}));
    visit("rollout", rollout, "rollouts during training");
    visit(
        "precision", precision,
        "type of weights and arithmetic; bfloat16 is that of products; weights, losses and the optimiser stay float32",
        one_of({"float32", "bfloat16", "float64"}));
    visit("checkpoint_seconds", checkpoint_seconds, "time between saves of last.safetensors, s", at_least(0.0));
  }
};

}  // namespace fm

#pragma once
// The settings of training.

#include "libfm/core/fields.hpp"

#include <cstdint>
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
    visit("episodes", episodes, "episodes per rollout, always from the same initial states as the expert's",
          between(1, 1e6));
    visit("steps", steps, "solver steps in these rollouts (evaluation uses sampler.steps)", between(1, 10000));
  }
};

struct TrainOptions {
  int epochs = 150;
  std::int64_t steps = 0;
  int patience = 0;
  int batch_size = 256;
  double learning_rate = 2e-3;
  double warm_up = 0.05;
  double weight_decay = 1e-4;
  std::optional<double> clip = 1.0;
  double ema = 0.995;
  double validation = 0.05;
  double memory = 4.0;
  std::optional<std::string> init;
  std::string best = "return";
  TrainRolloutOptions rollout;
  std::string precision = "float32";
  double checkpoint_seconds = 5.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs,
          "passes over the data; 0: none, for reinforcement learning from fresh weights or train.init",
          between(0, 1e7));
    visit("steps", steps,
          "a budget of optimiser steps instead of epochs, rounded up to whole epochs; 0: as many as epochs",
          between(0, 1e12));
    visit("patience", patience,
          "epochs after which training stops if neither the lowest validation loss nor the highest return of a rollout "
          "has improved; 0: train to the end",
          between(0, 1e7));
    visit("batch_size", batch_size, "rows per step", between(1, 1e7));
    visit("learning_rate", learning_rate, "peak learning rate of AdamW", above(0.0));
    visit("warm_up", warm_up,
          "share of the steps over which the learning rate rises linearly; then it falls to 0 along a cosine",
          from_to_below(0.0, 1.0));
    visit("weight_decay", weight_decay, "weight decay of AdamW", at_least(0.0));
    visit("clip", clip, "maximum gradient norm, larger gradients are scaled down; null: no clipping", above(0.0));
    visit(
        "ema", ema,
        "decay of the moving average of the weights, which is used for acting; at step k it is at most (1 + k) / (10 + "
        "k), so that the average of a short training is not its beginning; 0: no average",
        from_to_below(0.0, 1.0));
    visit("validation", validation, "share of the episodes held out", from_to_below(0.0, 1.0));
    visit("memory", memory,
          "memory for episodes, and as much again for training rows, GiB; what is beyond lies in a temporary file "
          "(in the folder TMPDIR, else in /var/tmp), and an epoch goes through the rows in random parts of this size",
          between(1e-3, 1e6));
    visit("init", init, "run directory or checkpoint to start the weights from; null: fresh weights");
    visit("best", best,
          "selects best.safetensors; return: a later epoch replaces an earlier one unless its return from the same "
          "initial states is clearly lower; loss: the epoch with the lowest loss, as also where there are no rollouts; "
          "last: the last epoch",
          one_of({"return", "loss", "last"}));
    visit("rollout", rollout, "rollouts during training");
    visit(
        "precision", precision,
        "type of weights and arithmetic; bfloat16 applies to matrix products only: weights, losses and the optimiser "
        "stay float32; tf32: the same on CUDA with factors of 11 bits instead of 8, on the CPU float32; auto: bfloat16 "
        "where the processor multiplies it faster, else float32",
        one_of({"auto", "float32", "tf32", "bfloat16", "float64"}));
    visit("checkpoint_seconds", checkpoint_seconds, "time between saves of last.safetensors, s", at_least(0.0));
  }
};

}  // namespace fm

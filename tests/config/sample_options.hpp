#pragma once
// Options with one field of each kind, for the tests of reading and printing.

#include "libfm/config/setting_grid.hpp"
#include "libfm/core/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sample {

struct Rollout {
  int every = 25;
  int steps = 10;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("every", every, "epochs between rollouts", fm::at_least(0));
    visit("steps", steps, "solver steps in rollouts", fm::between(1, 10000));
  }
  bool operator==(const Rollout&) const = default;
};

struct Train {
  int epochs = 150;
  double learning_rate = 1e-3;
  double ema = 0.995;
  std::optional<std::string> init;
  std::optional<double> clip = 1.0;
  bool shuffle = true;
  std::int64_t samples = -1;
  Rollout rollout;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs, "passes over the data", fm::between(1, 1e6));
    visit("learning_rate", learning_rate, "the peak | of the schedule", fm::above(0.0));
    visit("ema", ema, "decay of the averaged weights", fm::from_to_below(0.0, 1.0));
    visit("init", init, "checkpoint to start from");
    visit("clip", clip, "largest gradient norm", fm::at_least(0.5));
    visit("shuffle", shuffle, "draw a new order each epoch");
    visit("samples", samples, "samples to use; -1: all");
    visit("rollout", rollout, "rollouts during training");
  }
  bool operator==(const Train&) const = default;
};

struct Sampler {
  std::string solver = "euler";
  int steps = 20;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("solver", solver, "the Runge-Kutta method", fm::one_of({"euler", "midpoint", "heun", "rk4"}));
    visit("steps", steps, "its number of steps", fm::between(1, 10000));
  }
  bool operator==(const Sampler&) const = default;
};

struct Data {
  std::vector<std::string> files;
  std::vector<int> hidden = {256, 256};
  std::vector<double> weights = {0.5, 1.0};
  std::vector<bool> mask = {true, false};
  std::vector<std::string> solvers = {"rk4"};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("files", files, "HDF5 files");
    visit("hidden", hidden, "layer widths", fm::between(1, 65536));
    visit("weights", weights, "weight of each file", fm::at_least(0.0));
    visit("mask", mask, "files in use");
    visit("solvers", solvers, "methods to compare", fm::one_of({"euler", "rk4"}));
  }
  bool operator==(const Data&) const = default;
};

struct Nothing {
  template <class Visitor>
  void fields(Visitor&) {}
  bool operator==(const Nothing&) const = default;
};

struct Options {
  std::string name = "pendulum";
  std::uint64_t seed = 0;
  Train train;
  Sampler sampler;
  Data data;
  Nothing nothing;
  fm::SettingGrid grid;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "names the run");
    visit("seed", seed, "decides every random number");
    visit("train", train, "training");
    visit("sampler", sampler, "sampling");
    visit("data", data, "recorded data");
    visit("nothing", nothing, "a variant without options");
    visit("grid", grid, "settings to evaluate at", fm::one_of({"sampler", "data.hidden", "train.init"}));
  }
  bool operator==(const Options&) const = default;
};

}  // namespace sample

#pragma once
// An experiment: all options of an experiment file. Each component's options are defined in the component's own folder.

#include "libfm/config/origin.hpp"
#include "libfm/config/setting_grid.hpp"
#include "libfm/data/column_choice.hpp"
#include "libfm/experiment/sweep_options.hpp"
#include "libfm/policy_spec/network_options.hpp"
#include "libfm/policy_spec/policy_options.hpp"
#include "libfm/policy_spec/sampler_options.hpp"
#include "libfm/rl/options.hpp"
#include "libfm/task/environments.hpp"
#include "libfm/task/experts.hpp"
#include "libfm/train/options.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace fm {

struct CollectOptions {
  std::int64_t episodes = 100;
  double noise = 2.0;
  std::int64_t uniform_states = 0;
  int goal_levels = 0;
  int rounds = 0;
  std::int64_t round_episodes = 100;
  int round_epochs = 30;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("episodes", episodes, "episodes of the expert", between(1, 1e7));
    visit("noise", noise,
          "standard deviation of Gaussian noise on the executed action, in its units; the label stays clean",
          at_least(0.0));
    visit("uniform_states", uniform_states,
          "further states, drawn uniformly within their bounds and labelled by the expert", between(0, 1e8));
    visit("goal_levels", goal_levels,
          "goals are drawn from this many values, evenly spread over their bounds; 0: as the environment draws them",
          between(0, 1e6));
    visit(
        "rounds", rounds,
        "rounds of DAgger: a student is trained on what there is, acts, and the expert labels the states it meets; 0: "
        "none",
        between(0, 1000));
    visit("round_episodes", round_episodes, "episodes of the student in each round", between(1, 1e7));
    visit("round_epochs", round_epochs,
          "passes through the data in each round's training, from the last student's weights", between(1, 1e7));
  }
};

struct DataOptions {
  std::vector<std::string> files;
  std::vector<double> weights;
  bool mixed = false;
  std::string short_episodes = "pad";
  ColumnChoice choice;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("files", files,
          "recordings to train on: of libfm, Minari, robomimic, NumPy (.npz) or D4RL; * and ? match names within a "
          "folder; if any is given, nothing is collected");
    choice.fields(visit);
    visit("weights", weights,
          "how often the rows of each of data.files are drawn in training, relative to one another; empty: all equally "
          "often",
          between(1e-9, 1e9));
    visit(
        "mixed", mixed,
        "accept files that differ from one another or from env in environment, options, time step, names, units or "
        "bounds, and actions beyond their bounds; without an environment the bounds are then widened to hold them all");
    visit("short_episodes", short_episodes,
          "episodes with fewer steps than policy.horizon.prediction; pad: their last action is repeated, as at the end "
          "of every episode; leave_out: they are not used",
          one_of({"pad", "leave_out"}));
  }
};

struct EvalOptions {
  std::int64_t episodes = 1000;
  std::uint64_t seed = 123;
  std::vector<double> goal;
  SettingGrid grid;
  bool log_probability = false;
  int probes = 16;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("episodes", episodes, "episodes of the policy, and of the expert from the same starts", between(2, 1e7));
    visit("seed", seed, "alone decides the evaluation's initial states and noise");
    visit(
        "goal", goal,
        "the goal of all episodes, throughout, also beyond the bounds of goals: [1.5, 0.0]; empty: as the environment "
        "draws them");
    visit("grid", grid,
          "settings of sampling, and goals, to evaluate the same checkpoint at: {sampler.steps: [1, 2, 5]}",
          one_of({"sampler", "eval.goal"}));
    visit("log_probability", log_probability,
          "report the mean logarithm of the density that the policy gives the expert's actions in held-out states");
    visit("probes", probes, "random probes of a flow's divergence where a prediction has more than 8 numbers",
          between(1, 1000));
  }
};

struct ReportOptions {
  bool figures = true;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("figures", figures, "draw figures/ and report.html");
  }
};

struct Experiment {
  std::string name = "pendulum";
  std::uint64_t seed = 0;
  std::string device = "auto";
  int threads = 0;
  std::string runs = "runs";
  EnvOptions env;
  ExpertOptions expert;
  CollectOptions collect;
  DataOptions data;
  PolicyOptions policy;
  NetworkOptions network;
  SamplerOptions sampler;
  TrainOptions train;
  RlOptions rl;
  EvalOptions eval;
  ReportOptions report;
  SweepOptions sweep;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "names the run directory");
    visit("seed", seed, "decides every random number but the evaluation's");
    visit("device", device, "auto (CUDA where it works, else the CPU), cpu, cuda, cuda:N");
    visit("threads", threads, "CPU threads; 0: all cores", between(0, 4096));
    visit("runs", runs, "where run directories and the cache go, from the working directory");
    visit("env", env, "the environment");
    visit("expert", expert, "the expert that is imitated");
    visit("collect", collect, "collection of the expert's episodes");
    visit("data", data, "data that is there already");
    visit("policy", policy, "what is learned");
    visit("network", network, "the network");
    visit("sampler", sampler, "how actions are sampled");
    visit("train", train, "training");
    visit("rl", rl, "reinforcement learning, after the training");
    visit("eval", eval, "evaluation");
    visit("report", report, "what is made of the results");
    visit("sweep", sweep, "the runs of fm sweep");
  }

  bool has_env() const { return env.name != no_env; }
  bool has_expert() const { return has_env() && expert.name != no_expert; }
  /// Whether there are data to imitate; without them reinforcement learning begins with fresh weights or train.init.
  bool imitates() const { return train.epochs > 0 || train.steps > 0; }
};

/// Reads a YAML file and its bases, applies KEY=VALUE overrides and makes paths absolute.
/// @param origins if given, set to where the options are given
/// @throws InputError with one line for each problem of reading and each contradiction between options; MachineError if
/// reading fails
Experiment read_experiment(const std::filesystem::path& file, std::span<const std::string> overrides,
                           Origins* origins = nullptr);

/// Reads the config.yaml of a run directory, which has no bases; as above.
Experiment read_recorded(const std::filesystem::path& file);

/// The experiment with other settings. @throws InputError as above
Experiment varied(Experiment experiment, std::span<const std::string> settings, Origins* origins = nullptr);

/// A configuration that someone else may have written: its options are read, and nothing that they name is opened or run.
/// @throws InputError with one line for each problem of reading; MachineError if reading fails
Experiment read_configuration(const std::filesystem::path& file);

/// The defaults with overrides applied; as above.
Experiment default_experiment(std::span<const std::string> overrides, Origins* origins = nullptr);

}  // namespace fm

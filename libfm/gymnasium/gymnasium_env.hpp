#pragma once
// Any environment of Gymnasium (https://gymnasium.farama.org), run by the user's own Python in worker processes.
//
// Spaces are flattened into columns with names: a Box or MultiBinary element by element, a Discrete space as one column for each value
// (of an action the value with the largest number is taken), Dict and Tuple part by part. Of a goal-conditioned
// environment, with a Dict of observation, achieved_goal and desired_goal, the last is the goal. Success is what `info`
// says under is_success or success, else false. Metrics are highest_reward, the mean over episodes of an episode's
// highest reward, and full_length, the share of episodes that no terminal state ended. States cannot be read or set.

#include "libfm/core/fields.hpp"
#include "libfm/core/free_mapping.hpp"
#include "libfm/env/environment.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace fm {

struct GymnasiumOptions {
  std::string id = "Pendulum-v1";
  FreeMapping arguments = {};
  std::string python = "python3";
  int horizon = 0;
  std::optional<std::uint64_t> first_seed;
  int copies = 8;
  double timeout = 60.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("id", id, "the environment's id, or MODULE:ID to import the module that registers it");
    visit("arguments", arguments, "keyword arguments of gymnasium.make");
    visit("python", python, "the Python that has Gymnasium and the environment: a command or a path");
    visit("horizon", horizon, "steps in an episode; 0: the environment's own max_episode_steps", between(0, 1000000));
    visit("first_seed", first_seed,
          "episode n is reset with the seed first_seed + n, as published protocols do; null: with seeds drawn from the "
          "experiment's own");
    visit("copies", copies, "copies of the environment that one worker process runs, at most", between(1, 4096));
    visit("timeout", timeout, "longest time that a step or reset of a worker may take, s; five times that to start",
          above(0.0));
  }
};

/// What determines the environment beside the options: versions of Python, Gymnasium and NumPy, and a hash of the file that
/// defines the environment's class. @throws as make_gymnasium
std::string gymnasium_content(const GymnasiumOptions& options);

/// Starts a worker to learn what the environment is, once for each value of the options.
/// @throws InputError with Python's traceback if the environment cannot be made or has a space that is not supported
EnvFactory make_gymnasium(const GymnasiumOptions& options);

}  // namespace fm

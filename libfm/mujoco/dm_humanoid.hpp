#pragma once
// The humanoid of the DeepMind control suite (Tassa et al. 2018), which stands, walks at 1 m/s or runs at 10 m/s. Rewards
// lie in [0, 1]; episodes begin in a random fall, as in the suite, or standing, and never end early. Success: a reward above
// 0.5 at the end.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <string>
#include <vector>

namespace fm {

std::vector<std::string> dm_humanoid_moves();
std::vector<std::string> dm_humanoid_starts();

struct DmHumanoidOptions {
  std::string move = "walk";
  std::string start = "random";
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("move", move, "what is rewarded", one_of(dm_humanoid_moves()));
    visit("start", start,
          "random: joints and orientation anywhere, touching nothing, as in the suite; standing: upright",
          one_of(dm_humanoid_starts()));
    visit("horizon", horizon, "steps of 0.025 s in an episode", between(1, 100000));
  }
};

/// @throws InputError for a move or a start that is not in its table.
EnvFactory make_dm_humanoid(const DmHumanoidOptions& options);

}  // namespace fm

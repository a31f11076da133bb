#pragma once
// The humanoid of the DeepMind control suite (Tassa et al. 2018), which stands, walks at 1 m/s or runs at 10 m/s. Rewards
// lie in [0, 1]; episodes begin in a random fall and never end early. Success: a reward above 0.5 at the end.

#include "libfm/core/fields.hpp"
#include "libfm/env/environment.hpp"

#include <string>
#include <vector>

namespace fm {

std::vector<std::string> dm_humanoid_moves();

struct DmHumanoidOptions {
  std::string move = "walk";
  int horizon = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("move", move, "what is rewarded", one_of(dm_humanoid_moves()));
    visit("horizon", horizon, "steps of 0.025 s in an episode", between(1, 100000));
  }
};

/// @throws InputError for a move that is not in the table.
EnvFactory make_dm_humanoid(const DmHumanoidOptions& options);

}  // namespace fm

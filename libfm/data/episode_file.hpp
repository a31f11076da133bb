#pragma once
// Episodes on disk: one HDF5 file that h5py and any other HDF5 tool opens.
//
//   /                            attributes env, expert, seed, noise, git_commit, format_version, env_spec
//   /episodes/N/                 N = 0, 1, 2 ...; attributes index, success
//       observations (T + 1, O)  float32, the last row is where the episode ended; O may be 0
//       actions (T, A)           float32, the labels
//       rewards (T)              float64
//       terminated (T)           uint8
//       truncated (T)            uint8
//       goals (T + 1, G)         float32, where there are goals
//       states (T + 1, S)        float64, where the environment has them
//       executed_actions (T, A)  float32, where they differ from the labels
//   /uniform_states/             where there are any: M states with the expert's action in each, outside episodes
//       observations (M, O), goals (M, G), actions (M, A)
//
// Data of your own need observations, actions and rewards alone, in float32 or float64, without a compression that HDF5
// itself does not have:
//
//   import h5py
//   with h5py.File("mine.h5", "w") as file:
//       for n, (observations, actions, rewards) in enumerate(my_episodes):  # (T + 1, O), (T, A), (T)
//           episode = file.create_group(f"episodes/{n}")
//           episode["observations"], episode["actions"], episode["rewards"] = observations, actions, rewards
//
// Such an episode counts as truncated at its end and as no success.

#include "libfm/env/rollout.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// What the episodes were made with. Empty where it is not known.
struct DatasetInfo {
  std::string env;
  std::string expert;
  std::uint64_t seed = 0;
  double noise = 0.0;  ///< standard deviation of the noise on executed actions, in their units
  std::string git_commit;
  std::string env_spec;  ///< names, units and bounds, as JSON

  bool operator==(const DatasetInfo&) const = default;
};

/// M states drawn in the environment's bounds, with the expert's action in each.
struct LabelledStates {
  Matrix observations;  ///< (M, O)
  Matrix goals;         ///< (M, G)
  Matrix actions;       ///< (M, A)
};

struct Dataset {
  DatasetInfo info;
  std::vector<Episode> episodes;  ///< without their extras, which are not stored
  LabelledStates uniform_states;
};

/// Equal datasets give equal bytes. @throws MachineError if the file cannot be written; the old one is untouched.
void write_dataset(const std::filesystem::path& file, const Dataset& dataset);

/// @throws InputError with the file and the object in it for anything that is missing, damaged or of wrong shape.
Dataset read_dataset(const std::filesystem::path& file);

}  // namespace fm

#pragma once
// Episodes in an HDF5 file, readable by h5py and other HDF5 tools.
//
//   /                            attributes env, env_options, expert, seed, noise, git_commit, format_version, env_spec
//   /episodes/N/                 N = 0, 1, 2 ...; attributes index, success, weight (1 if missing), held_out (0 or 1, or
//                                missing: train.validation decides)
//       observations (T + 1, O)  the last row after the last action, or (T, O) without it; O may be 0
//       actions (T, A)           the labels
//       rewards (T)              float64, if they are known
//       terminated (T)           uint8
//       truncated (T)            uint8
//       goals (T + 1, G)         if there are goals
//       states (T + 1, S)        float64, if the environment has them
//       executed_actions (T, A)  if they differ from the labels
//   /uniform_states/             optional: M states outside episodes, with the expert's action in each
//       observations (M, O), goals (M, G), actions (M, A), weights (M) unless all are 1
//
// Observations, actions and goals are float32 where that loses nothing in any of the file's episodes, else float64.
//
// Your own data need only observations and actions, as floating-point numbers or integers that float64 holds exactly,
// with no compression filters other than those of HDF5 itself:
//
//   import h5py
//   with h5py.File("mine.h5", "w") as file:
//       for n, (observations, actions, rewards) in enumerate(my_episodes):  # (T + 1, O), (T, A), (T)
//           episode = file.create_group(f"episodes/{n}")
//           episode["observations"], episode["actions"], episode["rewards"] = observations, actions, rewards
//       file.attrs["observation_names"], file.attrs["observation_units"] = ["x", "v"], ["m", "m/s"]  # if you like
//       file.attrs["action_low"], file.attrs["action_high"] = [-2.0], [2.0]
//
// Such an episode counts as truncated at its end and as unsuccessful.

#include "libfm/data/episodes.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// How the episodes were collected. Unknown fields are empty.
struct DatasetInfo {
  std::string env;
  std::string env_options;  ///< of all environments, as JSON by name
  std::string expert;
  std::uint64_t seed = 0;
  double noise = 0.0;  ///< standard deviation of the noise on executed actions, in their units
  std::string git_commit;
  std::string env_spec;  ///< names, units and bounds, as JSON

  bool operator==(const DatasetInfo&) const = default;
};

/// M states drawn within the environment's bounds, with the expert's action in each.
struct LabelledStates {
  Matrix observations;               ///< (M, O)
  Matrix goals;                      ///< (M, G)
  Matrix actions;                    ///< (M, A)
  std::vector<double> weights = {};  ///< (M), as Dataset::weights
};

/// Which part of the data an episode belongs to, where a recording says so.
enum class Side : std::uint8_t { undecided, training, held_out };

struct Dataset {
  DatasetInfo info;
  Episodes episodes;  ///< without extras, which are not stored; rewards may be empty
  /// By episode: how often its rows are drawn in training, relative to others'. Empty: all are 1.
  std::vector<double> weights = {};
  LabelledStates uniform_states;
  std::vector<Side> sides = {};  ///< by episode; empty: all are undecided

  Side side(std::size_t episode) const { return sides.empty() ? Side::undecided : sides[episode]; }
};

/// Whether a file may hold it as a weight: it is between 1e-18 and 1e18.
bool is_weight(double weight);

/// Writes the file atomically. Equal datasets give equal bytes. @throws MachineError if the file cannot be written; the
/// old one is untouched.
void write_dataset(const std::filesystem::path& file, const Dataset& dataset);

/// Episodes are in the order of their numbers.
/// @throws InputError naming the file and the object for anything missing, damaged or of the wrong shape or dtype.
Dataset read_dataset(const std::filesystem::path& file);

}  // namespace fm

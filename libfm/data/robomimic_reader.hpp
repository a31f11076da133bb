#pragma once
// Reads HDF5 files of robomimic (https://robomimic.github.io/docs/datasets/overview.html): a group /data/demo_N for each
// episode, with obs/KEY, actions and, where they are known, next_obs/KEY, rewards and dones; /mask/train and /mask/valid
// name the demonstrations to train on and to hold out.

#include "libfm/data/column_choice.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/data/hdf5_reader.hpp"

namespace fm {

bool is_robomimic(const Hdf5Reader& file);

/// The arrays to choose from are the keys of obs, and those beside obs: `actions`, `states`. Without a choice the observation is
/// a single key of obs or the key `observations`, and the goal the key `goals`; of several other keys data.observations
/// must name some, as robomimic's own configurations do. The environment stays unknown: robomimic's names (`Lift`) are not
/// libfm's; of env_args only the control frequency is used.
/// @throws InputError for what cannot be used or is damaged
Dataset read_robomimic(const Hdf5Reader& file, const ColumnChoice& choice);

}  // namespace fm

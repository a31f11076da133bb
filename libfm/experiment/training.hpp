#pragma once
// Sets up an experiment's training: from its settings and dataset to the trainer's job.

#include "libfm/data/episode_file.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/train/row_split.hpp"
#include "libfm/train/trainer.hpp"

#include <string>
#include <vector>

namespace fm {

/// Makes the run's data.h5 unless it exists: collected, or joined from data.files.
/// @throws InputError for data that cannot be used or do not fit; MachineError or std::filesystem::filesystem_error if
/// a file cannot be read or written; Interrupted on a noted signal
void prepare_data(const RunDirectory& run);

/// The policy to train, with an identity normalisation as long as there are no data to fit it to.
PolicyDescription describe_untrained(const Experiment& experiment, const EnvSpec& spec);

/// @param place begins the error text
/// @throws InputError if the policies' observations, goals, actions or horizons differ
void check_task(const std::string& place, const PolicyDescription& theirs, const PolicyDescription& ours);

/// Loads the policy of train.init and copies its normaliser to the description.
/// @throws InputError if the file is unusable or its task, policy or network differ; MachineError if reading fails
std::shared_ptr<PolicyModel> load_initial(const std::string& init, PolicyDescription& description);

/// Rolls out a model from the same initial states at every call, and the expert once.
RolloutScore make_score(const Experiment& experiment);

/// How many rows of training fit into train.memory.
std::int64_t rows_in_memory(const Experiment& experiment, const Dataset& dataset);

/// Splits a dataset's rows into those for training and those held out for validation.
Split split_data(const Experiment& experiment, const Dataset& dataset);

/// The trainer's job for this dataset, with its files in `directory`.
/// @throws InputError if data, teacher or initial weights do not fit; MachineError if a file cannot be read
TrainingJob training_job(const Experiment& experiment, const RunDirectory& run, const Dataset& dataset,
                         const std::filesystem::path& directory);

/// Imitates in RunDirectory::imitation(), or continues there.
/// @throws InputError if data, teacher or initial weights do not fit; MachineError if a file cannot be read or written;
/// Interrupted on a noted signal, after which training can be resumed
void train(const RunDirectory& run);

}  // namespace fm

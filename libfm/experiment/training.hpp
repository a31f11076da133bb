#pragma once
// An experiment's training: from its settings and its dataset to the trainer's job.

#include "libfm/data/episode_file.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/train/trainer.hpp"

#include <string>
#include <vector>

namespace fm {

/// The dataset that a run trains on, in the run directory: collected, or joined from data.files.
void prepare_data(const RunDirectory& run);

/// What is to be trained, before there are data to normalise by.
PolicyDescription describe_untrained(const Experiment& experiment, const EnvSpec& spec);

/// @param place what to name in an error
/// @throws InputError if the policies see, are asked for or do different things.
void check_task(const std::string& place, const PolicyDescription& theirs, const PolicyDescription& ours);

/// The policy of train.init, whose normaliser the description takes. @throws InputError if its weights do not fit.
std::shared_ptr<PolicyModel> load_initial(const std::string& init, PolicyDescription& description);

/// The rows of a dataset, those held out apart.
Split split_data(const Experiment& experiment, const Dataset& dataset);

/// A training on this dataset that keeps its files in `directory`.
TrainingJob training_job(const Experiment& experiment, const RunDirectory& run, const Dataset& dataset,
                         const std::filesystem::path& directory);

/// Trains, or goes on with training, in the run's directory.
void train(const RunDirectory& run);

}  // namespace fm

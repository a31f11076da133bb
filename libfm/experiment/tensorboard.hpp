#pragma once
// The evaluation and the figures of a run for TensorBoard, beside the events of its training.

#include "libfm/evaluation/evaluation.hpp"
#include "libfm/experiment/experiment.hpp"

#include <filesystem>

namespace fm {

/// Writes events.out.tfevents.SECONDS.evaluation: the results, histograms of the actions, and the settings that differ from
/// the defaults as hyper-parameters. An earlier file is replaced. @throws MachineError if it cannot be written
void write_evaluation_events(const std::filesystem::path& directory, const Experiment& experiment,
                             const Evaluation& evaluation);

/// Writes events.out.tfevents.SECONDS.figures: the images in figures/, if there are any. @throws as above
void write_figure_events(const std::filesystem::path& directory);

}  // namespace fm

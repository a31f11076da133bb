#pragma once
// The numbers of a study as tidy tables, an observation a row, for pandas, R and spreadsheets. They are joined by `run`.

#include "libfm/study/study.hpp"

#include <filesystem>

namespace fm {

/// Writes three files into the folder, which is made if need be:
///   runs.csv     run, name, seed, state, and the value of every key that varies
///   metrics.csv  run, settings, actor, metric, value, low, high: of the evaluation and its grid; low and high are the ends of
///                the 95 % interval over episodes, where there is one
///   curves.csv   run, step, name, value: everything in metrics.jsonl
/// @throws InputError for a file there that is no such table; MachineError if a file cannot be written
void write_tidy_tables(const Study& study, const std::filesystem::path& folder);

}  // namespace fm

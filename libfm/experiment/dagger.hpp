#pragma once
// Collection in rounds (DAgger; Ross, Gordon, Bagnell 2011). A student is trained on the expert's data; the student
// acts, and the expert labels every state that it visits; the next student is trained on all data so far:
//
//   RUN/rounds/1/checkpoints   the first student, trained on the expert's own episodes
//   RUN/rounds/1/data.h5       its episodes, with the expert's actions
//   RUN/rounds/2 ...           the next student, trained on these too, initialised with the previous weights

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// Runs the rounds whose data.h5 is missing. @return the datasets' files, the expert's first
/// @throws InputError for settings or data that do not fit; MachineError if a file cannot be read or written;
/// Interrupted on a noted signal
std::vector<std::string> collect_in_rounds(const RunDirectory& run, const std::filesystem::path& expert_data);

}  // namespace fm

#pragma once
// Collection in rounds (DAgger, Ross, Gordon, Bagnell 2011). The data that the expert collected teaches a student; the
// student acts, and the expert labels every state that it meets; the next student learns from all of it:
//
//   RUN/rounds/1/checkpoints   the first student, trained on the expert's own episodes
//   RUN/rounds/1/data.h5       its episodes, with the expert's actions
//   RUN/rounds/2 ...           trained on these as well, from the weights of the one before

#include "libfm/experiment/run_directory.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fm {

/// Works off the rounds that are not done. @return the datasets' files, the expert's first
std::vector<std::string> collect_in_rounds(const RunDirectory& run, const std::filesystem::path& expert_data);

}  // namespace fm

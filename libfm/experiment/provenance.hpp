#pragma once
// Where a run's numbers come from: program, libraries, machine, data.

#include "libfm/experiment/experiment.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fm {

/// The commit that this program was built from, "+changes" behind it if the tree differed; "unknown" outside of git.
std::string git_commit();

nlohmann::ordered_json provenance(const Experiment& experiment);

}  // namespace fm

#pragma once
// Records where a run's results come from: program, libraries, machine, seed.

#include "libfm/experiment/experiment.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fm {

/// The commit that this program was built from, "+changes.HASH" appended if the tree differed; "unknown" outside git.
std::string git_commit();

/// The content of provenance.json, without the keys last_stage and data_hash, which are added later.
nlohmann::ordered_json provenance(const Experiment& experiment);

}  // namespace fm

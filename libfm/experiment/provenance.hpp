#pragma once
// Records where a run's results come from: program, libraries, machine, seed.

#include "libfm/experiment/experiment.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace fm {

/// The commit that this program was built from, "+changes.HASH" appended if the tree differed; "unknown" outside git.
std::string git_commit();

/// The content of provenance.json, without the keys last_stage and data_hash, which are added later.
nlohmann::ordered_json provenance(const Experiment& experiment);

/// Reads DIRECTORY/provenance.json. @throws InputError naming the file if it is missing or damaged
nlohmann::ordered_json read_provenance(const std::filesystem::path& directory);

/// Replaces DIRECTORY/provenance.json atomically. @throws MachineError if it cannot be written
void write_provenance(const std::filesystem::path& directory, const nlohmann::ordered_json& provenance);

}  // namespace fm

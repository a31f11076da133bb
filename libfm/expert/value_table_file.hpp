#pragma once
// A value table kept in a file: magic, key, checksum, values. The key is a hash of all that determines the table.

#include "libfm/expert/value_table.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// Fills `table`, of the size expected, from a file. Returns whether the file was whole and had this key (32
/// characters); the table is untouched otherwise.
bool load_values(const std::filesystem::path& file, const std::string& key, ValueTable& table);

/// @throws MachineError if that fails.
void save_values(const std::filesystem::path& file, const std::string& key, const ValueTable& table);

}  // namespace fm

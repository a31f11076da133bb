#pragma once
// A value table in a file: magic, key, checksum, float64 values. The key is a hash of all inputs of the table.

#include "libfm/expert/value_table.hpp"

#include <filesystem>
#include <string>

namespace fm {

/// Fills `table`, which has the expected size, from a file.
/// @param key 32 characters
/// @return whether the file was intact and had this key; otherwise the table is untouched
bool load_values(const std::filesystem::path& file, const std::string& key, ValueTable& table);

/// Writes the file atomically, creating its folder. @throws MachineError if that fails.
void save_values(const std::filesystem::path& file, const std::string& key, const ValueTable& table);

}  // namespace fm

#pragma once
// What a file or a run directory is: for `fm info`.

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace fm {

/// Describes a recording of any format, a checkpoint (.safetensors) or a run directory.
/// @throws InputError if it is none of these or cannot be used; MachineError if reading fails
nlohmann::ordered_json file_info(const std::filesystem::path& path);

/// The same as lines of text, with a table for each list of dimensions.
std::string file_info_text(const nlohmann::ordered_json& info);

}  // namespace fm

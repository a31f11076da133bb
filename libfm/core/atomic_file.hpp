#pragma once
// Files that are whole or not there: written beside their place, forced to the disk, then renamed into it. Whatever
// goes wrong on the way (a full disk, a kill), the file that was there before is still there.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace fm {

/// Puts `content` into `file`, replacing it. Two processes that write the same file wait for each other; what a killed
/// one left (`file` + ".tmp") is used up by the next.
/// @throws MachineError if that fails; the old file is untouched.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

/// The same for a writer that needs a path: write(tmp) fills the existing empty file `tmp` without replacing it. What
/// it throws comes through.
void replace_file_atomically(const std::filesystem::path& file,
                             const std::function<void(const std::filesystem::path& tmp)>& write);

/// The whole content of a file.
/// @throws InputError if there is no such readable file or if it has more than max_bytes; MachineError if reading
/// fails.
std::string read_file(const std::filesystem::path& file, std::uint64_t max_bytes);

}  // namespace fm

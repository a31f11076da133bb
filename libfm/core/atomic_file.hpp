#pragma once
// Atomic file replacement: content is written to a temporary file in the same folder, synchronised to disk, then
// renamed. After any failure (a full disk, a killed process) the previous file is still intact.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace fm {

/// Replaces `file` by one with this content. Processes that write the same file wait for each other; a temporary file
/// (`file` + ".tmp") left by a killed process is reused by the next.
/// @throws MachineError on failure; the old file is untouched.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

/// The same for a writer that needs a path: write(tmp) fills the existing empty file `tmp` without replacing it.
/// Exceptions of `write` are passed on.
void replace_file_atomically(const std::filesystem::path& file,
                             const std::function<void(const std::filesystem::path& tmp)>& write);

/// Replaces `to` by a copy of `from`. @throws InputError if `from` cannot be opened; MachineError on other failures
void copy_file_atomically(const std::filesystem::path& from, const std::filesystem::path& to);

/// The whole content of a file.
/// @throws InputError if the file cannot be opened or has more than max_bytes; MachineError if reading fails.
std::string read_file(const std::filesystem::path& file, std::uint64_t max_bytes);

}  // namespace fm

#pragma once
// XXH3 hashes (xxHash library): names of cached files and keys of random streams. Not cryptographic.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fm {

std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0);

/// 128 bits as 32 hexadecimal digits.
std::string hash_text(std::string_view text);

/// The same over a file's content. @throws MachineError if it cannot be opened.
std::string hash_file(const std::filesystem::path& file);

}  // namespace fm

#pragma once
// XXH3 hashes (xxHash library): names of cached files and keys of random streams. Not cryptographic.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace fm {

std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0);

/// Hashes pieces one after the other; 128 bits as 32 hexadecimal digits.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void add(std::string_view bytes);
  std::string digits() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 128 bits as 32 hexadecimal digits.
std::string hash_text(std::string_view text);

/// The same over a file's content. @throws MachineError if it cannot be opened.
std::string hash_file(const std::filesystem::path& file);

}  // namespace fm

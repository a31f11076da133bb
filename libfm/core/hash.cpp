#include "libfm/core/hash.hpp"

#include "libfm/core/error.hpp"

#include <xxhash.h>

#include <fstream>
#include <memory>
#include <vector>

namespace fm {
namespace {

std::string digits(XXH128_hash_t hash) { return fmt::format("{:016x}{:016x}", hash.high64, hash.low64); }

}  // namespace

std::uint64_t hash64(std::string_view text, std::uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

std::string hash_text(std::string_view text) { return digits(XXH3_128bits(text.data(), text.size())); }

struct Hasher::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> xxh3{XXH3_createState(), &XXH3_freeState};
};

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->xxh3.get()); }
Hasher::~Hasher() = default;

void Hasher::add(std::string_view bytes) { XXH3_128bits_update(state_->xxh3.get(), bytes.data(), bytes.size()); }

std::string Hasher::digits() const { return fm::digits(XXH3_128bits_digest(state_->xxh3.get())); }

std::string hash_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_machine_error("{}: cannot be read", file.string());
  Hasher hasher;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    hasher.add({buffer.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) throw_machine_error("{}: cannot be read", file.string());
  return hasher.digits();
}

}  // namespace fm

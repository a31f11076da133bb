#pragma once
// Counter-based random numbers: every draw is a pure function of (seed, stream name, position, row), so results are
// bit-identical whatever the order of work, the number of threads or resumes.
//
// Philox-4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fm {

/// Ten rounds of Philox-4x32: 128 random bits for a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// The sequence of draws for one (position, row) of a stream. At most 2^34 words of 32 bits.
class Draws {
 public:
  Draws(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) : counter_(counter), key_(key) {}

  /// 32 uniform bits.
  std::uint32_t bits();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Box and Muller 1958).
  double normal();
  /// Uniform in {0, ..., n - 1}; n > 0. Free of modulo bias (Lemire 2019).
  std::uint32_t below(std::uint32_t n);

 private:
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

/// A named stream of random numbers under a seed: "collect", "init", "batch", "noise" ... are independent.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name);

  /// The draws for one row at one position; the caller defines what positions are (episodes, steps, epochs).
  Draws at(std::uint64_t position, std::uint32_t row = 0) const;

  /// An independent stream derived from this one by name.
  RandomStream child(std::string_view name) const;

 private:
  std::array<std::uint32_t, 2> key_;
};

/// A uniformly random permutation of {0, ..., n - 1}, a function of (stream, position) alone.
std::vector<std::int64_t> permutation(const RandomStream& stream, std::uint64_t position, std::int64_t n);

}  // namespace fm

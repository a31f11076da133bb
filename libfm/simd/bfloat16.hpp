#pragma once
// The 16-bit floating-point format bfloat16: the upper half of a float32, with 8 exponent and 7 mantissa bits.

#include <cstdint>

namespace fm {

enum class Bfloat16 : std::uint16_t {};

[[gnu::always_inline]] inline float to_float(Bfloat16 x) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(x) << 16);
}

/// Rounds to the nearest bfloat16, ties to even. @param x not NaN
[[gnu::always_inline]] inline Bfloat16 to_bfloat16(float x) {
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  return static_cast<Bfloat16>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

}  // namespace fm

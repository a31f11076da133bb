#pragma once
// Branch-free exponential and sigmoid in float32, for scalars and compiler vectors: Floats is float or a vector of
// floats, Integers std::int32_t or a vector of the same length.

#include <cstdint>

namespace fm {

/// e^x for |x| <= 87: x = n ln 2 + r with |r| <= ln 2 / 2, and e^r by a polynomial (coefficients from Cephes);
/// relative error below 1e-7.
template <class Floats, class Integers>
[[gnu::always_inline]] inline Floats exponential(Floats x) {
  constexpr float round = 0x1.8p23F;  // adding and subtracting it rounds to an integer
  const Floats n = (x * 0x1.715476p0F + round) - round;
  const Floats r = (x - n * 0x1.63p-1F) - n * -0x1.bd0106p-13F;  // ln 2 in two parts
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  Integers exponent;  // of 2^n
  if constexpr (__is_same(Integers, std::int32_t)) {
    exponent = static_cast<std::int32_t>(n) + 127;
  } else {
    exponent = __builtin_convertvector(n, Integers) + 127;
  }
  return p * __builtin_bit_cast(Floats, exponent << 23);
}

/// 1 / (1 + e^-x). Beyond +-87 it is 0 or 1 to float32 precision; NaN is passed through.
template <class Floats, class Integers>
[[gnu::always_inline]] inline Floats sigmoid(Floats x) {
  const Floats bound = Floats{} + 87.0F;
  const Floats low = x < -bound ? -bound : x;
  return 1.0F / (1.0F + exponential<Floats, Integers>(low > bound ? -bound : -low));
}

}  // namespace fm

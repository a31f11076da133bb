#pragma once
// Sine, cosine and wrapping of an angle without branches, tables or the C library: loops over them vectorise, and
// results are bit-identical on every processor, which C libraries do not guarantee.
//
// The angle is reduced to |r| <= pi / 4 by subtracting the nearest multiple n of pi / 2, with pi / 2 in three parts
// (Cody and Waite 1980); the rounding error of r is kept as a correction. Then Taylor polynomials in r, with remainders
// below 3e-18:
//
//   sin r = r - r^3 / 3! + ... + r^17 / 17!,   cos r = 1 - r^2 / 2! + ... + r^16 / 16!
//
// Errors are below 0.81 units in the last place for |angle| <= 1e5 rad and 1.1 for |angle| <= 2^20 pi / 2 = 1.6e6 rad;
// beyond, up to 1e15 rad, they are comparable to the rounding of the angle itself.

#include <array>
#include <bit>
#include <cstdint>
#include <numbers>

namespace fm {

struct SinCos {
  double sine;
  double cosine;
};

namespace angle {

/// pi / 2 = high + middle + low to 2^-122. The first two have 33 bits each: their products with n < 2^20 are exact.
constexpr double half_pi_high = 0x1.921fb544p+0, half_pi_middle = 0x1.0b4611a6p-34, half_pi_low = 0x1.3198a2e037073p-69;

/// Adding and subtracting it rounds to the nearest integer, which is in the last bits of the sum.
constexpr double integer_shift = 0x1.8p52;

/// The coefficients +-1 / (first + 2 k)!, highest power first.
template <int count>
constexpr std::array<double, count> taylor(int first) {
  std::array<double, count> coefficients{};
  double factorial = 1.0;
  for (int i = 2; i < first; ++i) factorial *= i;
  for (int k = 0; k < count; ++k) {
    const int power = first + 2 * k;
    factorial *= k == 0 ? power : power * (power - 1);
    coefficients[static_cast<std::size_t>(count - 1 - k)] = (power / 2 % 2 == 0 ? 1.0 : -1.0) / factorial;
  }
  return coefficients;
}

template <std::size_t count>
[[gnu::always_inline]] constexpr double horner(const std::array<double, count>& coefficients, double x) {
  double sum = coefficients[0];
  for (std::size_t i = 1; i < count; ++i) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace angle

/// Sine and cosine of an angle, rad.
[[gnu::always_inline]] inline SinCos sin_cos(double radians) {
  using namespace angle;
  constexpr auto sine_terms = taylor<8>(3);
  constexpr auto cosine_terms = taylor<7>(4);
  const double shifted = radians * (2.0 / std::numbers::pi) + integer_shift, n = shifted - integer_shift;
  // r + tail = radians - n pi / 2; the rounding error of each difference is recovered.
  const double coarse = radians - n * half_pi_high, middle = n * half_pi_middle, fine = coarse - middle;
  const double low = n * half_pi_low - ((coarse - fine) - middle);
  const double r = fine - low, tail = (fine - r) - low, z = r * r;

  const double half = 0.5 * z, one_less = 1.0 - half;
  const double sine = r + (r * z * horner(sine_terms, z) + tail * one_less);
  const double cosine = one_less + (((1.0 - one_less) - half) + (z * z * horner(cosine_terms, z) - r * tail));

  // Odd n swaps sine and cosine; n mod 4 = 2, 3 negates the sine, n mod 4 = 1, 2 the cosine.
  const auto quadrant = std::bit_cast<std::uint64_t>(shifted), odd = 0 - (quadrant & 1);
  const auto s = std::bit_cast<std::uint64_t>(sine), c = std::bit_cast<std::uint64_t>(cosine);
  const std::uint64_t exchanged = (s ^ c) & odd;
  return {.sine = std::bit_cast<double>(s ^ exchanged ^ ((quadrant & 2) << 62)),
          .cosine = std::bit_cast<double>(c ^ exchanged ^ (((quadrant + 1) & 2) << 62))};
}

/// sin x and cos x for |x| <= 1000: x = n pi / 2 + r with |r| <= pi / 4, and polynomials in r (coefficients from
/// Cephes); error below 2e-7.
[[gnu::always_inline]] inline void sine_and_cosine(float x, float& sine, float& cosine) {
  constexpr float round = 0x1.8p23F;
  const float n = (x * 0x1.45f306p-1F + round) - round;
  const float r = ((x - n * 1.5703125F) - n * 4.8375129699707e-4F) - n * 7.5497899548918e-8F;  // pi / 2 in three parts
  const float r2 = r * r;
  const float s = r + r * r2 * (-1.6666654611e-1F + r2 * (8.3321608736e-3F + r2 * -1.9515295891e-4F));
  const float c =
      1.0F - 0.5F * r2 + r2 * r2 * (4.166664568298827e-2F + r2 * (-1.388731625493765e-3F + r2 * 2.443315711809948e-5F));
  const auto quarter = static_cast<std::int32_t>(n);
  const float at_sine = quarter & 1 ? c : s, at_cosine = quarter & 1 ? s : c;
  sine = quarter & 2 ? -at_sine : at_sine;
  cosine = (quarter + 1) & 2 ? -at_cosine : at_cosine;
}

/// The angle, rad, wrapped to [-pi, pi).
[[gnu::always_inline]] inline double wrap_angle(double radians) {
  using namespace angle;
  constexpr double pi = std::numbers::pi;
  const double quarters = 4.0 * ((radians * (0.5 / pi) + integer_shift) - integer_shift);
  double wrapped = (radians - quarters * half_pi_high) - quarters * (half_pi_middle + half_pi_low);
  wrapped = wrapped < -pi ? wrapped + 2.0 * pi : wrapped;
  return wrapped >= pi ? wrapped - 2.0 * pi : wrapped;
}

}  // namespace fm

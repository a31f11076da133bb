// The loops of kernels.hpp, for the instruction set of the file that includes them. Everything has internal linkage and
// nothing of the standard library is called: a function that two files share would be kept once, compiled for whichever
// processor the linker met first. Plain C++ that the compiler turns into vectors.

#include "libfm/nn/kernels.hpp"

namespace fm {
namespace {

/// e^x for |x| <= 87: x = n ln 2 + r with |r| <= ln 2 / 2, and e^r by a polynomial (Cephes' coefficients); relative
/// error below 1e-7.
inline float exponential(float x) {
  constexpr float round = 0x1.8p23F;  // added and subtracted, it rounds to a whole number
  const float n = (x * 0x1.715476p0F + round) - round;
  const float r = (x - n * 0x1.63p-1F) - n * -0x1.bd0106p-13F;  // ln 2 in two parts
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const auto power = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23;  // 2^n
  return p * __builtin_bit_cast(float, power);
}

/// 1 / (1 + e^-x). Beyond +-87 it is 0 or 1 to float's precision already; comparisons let NaN through.
inline float sigmoid(float x) {
  const float low = x < -87.0F ? -87.0F : x;
  return 1.0F / (1.0F + exponential(low > 87.0F ? -87.0F : -low));
}

/// sin x and cos x for |x| <= 1000: x = n pi / 2 + r with |r| <= pi / 4, and both of r by polynomials (Cephes'
/// coefficients); error below 2e-7.
inline void sine_and_cosine(float x, float& sine, float& cosine) {
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

inline float to_float(float x) { return x; }
inline float to_float(Bfloat16 x) { return __builtin_bit_cast(float, static_cast<std::uint32_t>(x) << 16); }

inline void store(float x, float& to) { to = x; }
/// Rounds to the nearest, ties to even.
inline void store(float x, Bfloat16& to) {
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  to = static_cast<Bfloat16>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

template <class Number>
void silu(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h) {
  for (std::int64_t i = 0; i < rows; ++i, z += width, h += width) {
#pragma GCC ivdep
    for (std::int64_t j = 0; j < width; ++j) {
      const float x = z[j] + bias[j];
      store(x * sigmoid(x), h[j]);
    }
  }
}

template <class Number>
void silu_and_slope(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h,
                    Number* slope) {
  for (std::int64_t i = 0; i < rows; ++i, z += width, h += width, slope += width) {
#pragma GCC ivdep
    for (std::int64_t j = 0; j < width; ++j) {
      const float x = z[j] + bias[j], s = sigmoid(x), y = x * s;
      store(y, h[j]);
      store(s + y * (1.0F - s), slope[j]);
    }
  }
}

template <class Number>
void through_slope(std::int64_t rows, std::int64_t width, const float* g_h, const Number* slope, Number* g,
                   float* sum) {
  for (std::int64_t i = 0; i < rows; ++i, g_h += width, slope += width, g += width) {
#pragma GCC ivdep
    for (std::int64_t j = 0; j < width; ++j) {
      store(g_h[j] * to_float(slope[j]), g[j]);
      sum[j] += to_float(g[j]);
    }
  }
}

template <class Number>
void convert(std::int64_t rows, std::int64_t width, const float* x, Number* g, float* sum) {
  for (std::int64_t i = 0; i < rows; ++i, x += width, g += width) {
#pragma GCC ivdep
    for (std::int64_t j = 0; j < width; ++j) {
      store(x[j], g[j]);
      sum[j] += to_float(g[j]);
    }
  }
}

template <class Number>
void round(std::int64_t n, const float* x, Number* y) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) store(x[i], y[i]);
}

template <bool averages>
void adamw_loop(std::int64_t n, const AdamWCoefficients& c, const float* g, float* w, float* m, float* v, float* a) {
  const float one_less_beta1 = 1.0F - c.beta1, one_less_beta2 = 1.0F - c.beta2, per_root = 1.0F / c.root_correction2;
#pragma GCC ivdep
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = c.scale * g[i];
    m[i] = m[i] + one_less_beta1 * (gradient - m[i]);
    v[i] = c.beta2 * v[i] + one_less_beta2 * gradient * gradient;
    w[i] = c.keep * w[i] - c.rate * m[i] / (__builtin_sqrtf(v[i]) * per_root + c.epsilon);
    if constexpr (averages) a[i] = a[i] + c.follow * (w[i] - a[i]);
  }
}

void adamw(std::int64_t n, const AdamWCoefficients& c, const float* g, float* w, float* m, float* v, float* a) {
  if (a != nullptr) {
    adamw_loop<true>(n, c, g, w, m, v, a);
  } else {
    adamw_loop<false>(n, c, g, w, m, v, a);
  }
}

double sum_of_squares(std::int64_t n, const float* x) {
  constexpr std::int64_t lanes = 16;
  float sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::int64_t k = 0; k < lanes; ++k) sums[k] += x[i + k] * x[i + k];
  }
  for (; i < n; ++i) sums[i % lanes] += x[i] * x[i];
  double sum = 0.0;
  for (const float s : sums) sum += static_cast<double>(s);
  return sum;
}

void embed_times(std::int64_t rows, std::int64_t count, const float* times, const float* frequencies, float* out,
                 std::int64_t stride) {
  for (std::int64_t i = 0; i < rows; ++i, out += stride) {
#pragma GCC ivdep
    for (std::int64_t k = 0; k < count; ++k) sine_and_cosine(times[i] * frequencies[k], out[k], out[count + k]);
  }
}

template <class Number>
constexpr LayerKernels<Number> layer_loops = {silu<Number>, silu_and_slope<Number>, through_slope<Number>,
                                              convert<Number>, round<Number>};
constexpr OptimiserKernels optimiser_loops = {adamw, sum_of_squares};

}  // namespace
}  // namespace fm

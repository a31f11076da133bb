// The loops of kernels.hpp, for the instruction set of the including file: plain C++ that the compiler vectorises.
// Everything has internal linkage, and no standard library function is called (see simd/instruction_set.hpp).

#include "libfm/nn/kernels.hpp"
#include "libfm/simd/angle.hpp"
#include "libfm/simd/exponential.hpp"

namespace fm {
namespace {

inline void store(float x, float& to) { to = x; }
inline void store(float x, Bfloat16& to) { to = to_bfloat16(x); }
inline float to_float(float x) { return x; }

inline float sigmoid(float x) { return fm::sigmoid<float, std::int32_t>(x); }

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

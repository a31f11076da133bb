#pragma once
// Fused loops for what takes LibTorch several passes over memory: a layer's bias, SiLU and its derivative; the
// optimiser's step. Independent of LibTorch. The same loops (kernel_loops.hpp) are compiled once per instruction set
// and chosen once, by the processor.

#include "libfm/simd/bfloat16.hpp"

#include <cstdint>

namespace fm {

/// Loops over matrices (rows, width), row-major without gaps. Number is float or Bfloat16; sums are float.
template <class Number>
struct LayerKernels {
  /// h = silu(z + bias)
  void (*silu)(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h);
  /// The same, and its derivative in z: with s = sigmoid(z + bias), slope = s (1 + (z + bias) (1 - s)). slope may
  /// alias z.
  void (*silu_and_slope)(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h,
                         Number* slope);
  /// g = g_h slope; adds the sum over rows of the rounded g to `sum`. `g` may alias g_h.
  void (*through_slope)(std::int64_t rows, std::int64_t width, const float* g_h, const Number* slope, Number* g,
                        float* sum);
  /// g = x; adds the sum over rows of the rounded g to `sum`.
  void (*convert)(std::int64_t rows, std::int64_t width, const float* x, Number* g, float* sum);
  /// y = x, n numbers.
  void (*round)(std::int64_t n, const float* x, Number* y);
};

template <class Number>
const LayerKernels<Number>& layer_kernels();

/// One step of AdamW with a moving average of its result (Loshchilov and Hutter 2019, algorithm 2):
///   g <- scale g,  m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,
///   w <- keep w - rate m / (sqrt(v) / root_correction2 + epsilon),  a <- a + follow (w - a)
struct AdamWCoefficients {
  float scale;  ///< factor of the gradient, for clipping
  float beta1;
  float beta2;
  float keep;              ///< 1 - learning rate * weight decay
  float rate;              ///< learning rate / (1 - beta1^step)
  float root_correction2;  ///< sqrt(1 - beta2^step)
  float epsilon;
  float follow;  ///< 1 - decay of the moving average
};

struct OptimiserKernels {
  /// @param a the moving average; may be null
  void (*adamw)(std::int64_t n, const AdamWCoefficients& c, const float* g, float* w, float* m, float* v, float* a);
  double (*sum_of_squares)(std::int64_t n, const float* x);
};

const OptimiserKernels& optimiser_kernels();

/// Row i of out holds sin(times[i] frequencies), then the cosines: 2 count numbers, at a distance of `stride` between
/// rows. For angles up to 1000.
using EmbedTimes = void (*)(std::int64_t rows, std::int64_t count, const float* times, const float* frequencies,
                            float* out, std::int64_t stride);

EmbedTimes embedding_kernel();

}  // namespace fm

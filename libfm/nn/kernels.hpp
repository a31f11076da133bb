#pragma once
// The loops between matrix products that LibTorch would make several passes over memory for: a layer's bias, SiLU and
// derivative; the optimiser's step. Torch-free. Each instruction set has a file of its own with the same loops
// (kernel_loops.hpp); which one runs is decided once, by the processor.

#include "libfm/simd/bfloat16.hpp"

#include <cstdint>

namespace fm {

/// Loops over matrices (rows, width), row-major without gaps. Number is float or Bfloat16; sums are float.
template <class Number>
struct LayerKernels {
  /// h = silu(z + bias)
  void (*silu)(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h);
  /// The same, and its derivative in z: with s = sigmoid(z + bias), slope = s (1 + (z + bias) (1 - s)). It may take z's
  /// place.
  void (*silu_and_slope)(std::int64_t rows, std::int64_t width, const float* z, const float* bias, Number* h,
                         Number* slope);
  /// g = g_h slope, and the sum over rows of what is rounded into g. `g` may take g_h's place.
  void (*through_slope)(std::int64_t rows, std::int64_t width, const float* g_h, const Number* slope, Number* g,
                        float* sum);
  /// g = x, and the sum over rows.
  void (*convert)(std::int64_t rows, std::int64_t width, const float* x, Number* g, float* sum);
  /// y = x, of n numbers.
  void (*round)(std::int64_t n, const float* x, Number* y);
};

template <class Number>
const LayerKernels<Number>& layer_kernels();

/// One step of AdamW with a moving average of its result (Loshchilov and Hutter 2019, algorithm 2):
///   g <- scale g,  m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,
///   w <- keep w - rate m / (sqrt(v) / root_correction2 + epsilon),  a <- a + follow (w - a)
struct AdamWCoefficients {
  float scale;  ///< of the gradient, for clipping
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

/// Row i of out begins with sin(times[i] frequencies) and goes on with the cosines; 2 count numbers, `stride` from row
/// to row. For angles up to 1000.
using EmbedTimes = void (*)(std::int64_t rows, std::int64_t count, const float* times, const float* frequencies,
                            float* out, std::int64_t stride);

EmbedTimes embedding_kernel();

}  // namespace fm

#pragma once
// The inner loops of the realtime engine, compiled once for each instruction set and chosen at run time. Each output is
// summed in the same order for any number of rows, so a row's result does not depend on the other rows.

#include "libfm/simd/instruction_set.hpp"

#include <cstddef>

namespace fm {

/// y = shared + own + x W for `rows` rows. W is packed as panels of 2 * lanes outputs, a panel input by input; with
/// bfloat16 the outputs l and lanes + l of a panel share a word of 32 bits, the first one low.
struct DenseCall {
  const float* x;  ///< (rows, inputs)
  std::ptrdiff_t x_stride;
  const void* weights;
  int inputs;
  int panels;
  int splits;           ///< 1, or 4: a single panel whose inputs are summed in 4 separate parts
  const float* shared;  ///< (outputs), the same for all rows
  const float* own;     ///< (rows, outputs), or null; may be y
  std::ptrdiff_t own_stride;
  float* y;  ///< (rows, outputs), whole panels
  std::ptrdiff_t y_stride;
  int rows;
};

/// Counts `n` are padded to whole vectors: multiples of 16.
struct Kernels {
  int lanes;  ///< floats in a vector
  void (*dense_float32)(const DenseCall& call);
  void (*dense_bfloat16)(const DenseCall& call);
  /// x := x / (1 + exp(-x)), n numbers.
  void (*silu)(float* x, int n);
  /// y := (1 + scale) x + shift, n numbers.
  void (*modulate)(const float* x, const float* scale, const float* shift, float* y, int n);
  /// x += gate y, n numbers.
  void (*add_gated)(const float* gate, const float* y, float* x, int n);
  /// y := (x - mean) / sqrt(variance + 1e-5) over `width` numbers.
  void (*layer_norm)(const float* x, float* y, int width);
};

extern const Kernels realtime_baseline;
extern const Kernels realtime_avx2;
extern const Kernels realtime_avx512;

inline constexpr KernelVariants<Kernels> realtime_kernels{realtime_baseline, realtime_avx2, realtime_avx512};

}  // namespace fm

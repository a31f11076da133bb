#pragma once
// The same kernels for several instruction sets. Those that the compiler's target does not have are built as the
// baseline.

#include "libfm/nn/kernels.hpp"

namespace fm {

struct KernelSet {
  LayerKernels<float> float32;
  LayerKernels<Bfloat16> bfloat16;
  OptimiserKernels optimiser;
  EmbedTimes embedding;
};

extern const KernelSet kernels_baseline;
extern const KernelSet kernels_avx2;
extern const KernelSet kernels_avx512;

/// The widest that this processor has.
const KernelSet& kernel_set();

}  // namespace fm

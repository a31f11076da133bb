#pragma once
// The kernels of this folder for one instruction set.

#include "libfm/nn/kernels.hpp"
#include "libfm/simd/instruction_set.hpp"

namespace fm {

struct KernelSet {
  LayerKernels<float> float32;
  LayerKernels<Bfloat16> bfloat16;
  OptimiserKernels optimiser;
  EmbedTimes embedding;
};

extern const KernelSet nn_baseline;
extern const KernelSet nn_avx2;
extern const KernelSet nn_avx512;

inline constexpr KernelVariants<KernelSet> nn_kernels{nn_baseline, nn_avx2, nn_avx512};

}  // namespace fm

#include "libfm/nn/kernels.hpp"

#include "libfm/core/instruction_set.hpp"
#include "libfm/nn/kernel_sets.hpp"

namespace fm {

const KernelSet& kernel_set() {
  static const InstructionSet here = instruction_set();
  if (here == InstructionSet::avx512) return kernels_avx512;
  return here == InstructionSet::avx2 ? kernels_avx2 : kernels_baseline;
}

template <>
const LayerKernels<float>& layer_kernels() {
  return kernel_set().float32;
}

template <>
const LayerKernels<Bfloat16>& layer_kernels() {
  return kernel_set().bfloat16;
}

const OptimiserKernels& optimiser_kernels() { return kernel_set().optimiser; }

EmbedTimes embedding_kernel() { return kernel_set().embedding; }

}  // namespace fm

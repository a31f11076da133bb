#include "libfm/nn/kernels.hpp"

#include "libfm/nn/kernel_set.hpp"

namespace fm {

template <>
const LayerKernels<float>& layer_kernels() {
  return nn_kernels.best().float32;
}

template <>
const LayerKernels<Bfloat16>& layer_kernels() {
  return nn_kernels.best().bfloat16;
}

const OptimiserKernels& optimiser_kernels() { return nn_kernels.best().optimiser; }

EmbedTimes embedding_kernel() { return nn_kernels.best().embedding; }

}  // namespace fm

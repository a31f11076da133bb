#include "libfm/nn/kernels.hpp"

#include "libfm/nn/kernel_sets.hpp"

namespace fm {

const KernelSet& kernel_set() {
  static const KernelSet& chosen = []() -> const KernelSet& {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq")) {
      return kernels_avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kernels_avx2;
#endif
    return kernels_baseline;
  }();
  return chosen;
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

}  // namespace fm

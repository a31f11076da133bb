#include "libfm/realtime/best_kernels.hpp"

namespace fm {

std::span<const Kernels* const> known_kernels() {
  static constexpr const Kernels* all[] = {&realtime_avx512, &realtime_avx2, &realtime_baseline};
  return all;
}

bool runs_here(const Kernels& kernels) {
#if defined(__x86_64__)
  if (&kernels == &realtime_avx512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  if (&kernels == &realtime_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return &kernels == &realtime_baseline;
}

const Kernels& best_kernels() {
  for (const Kernels* kernels : known_kernels()) {
    if (runs_here(*kernels)) return *kernels;
  }
  return realtime_baseline;
}

}  // namespace fm

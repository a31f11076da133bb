#include "libfm/realtime/best_kernels.hpp"

#include "libfm/core/instruction_set.hpp"

namespace fm {

std::span<const Kernels* const> known_kernels() {
  static constexpr const Kernels* all[] = {&realtime_avx512, &realtime_avx2, &realtime_baseline};
  return all;
}

bool runs_here(const Kernels& kernels) {
  static const InstructionSet here = instruction_set();
  if (&kernels == &realtime_avx512) return here >= InstructionSet::avx512;
  return &kernels == &realtime_baseline || here >= InstructionSet::avx2;
}

const Kernels& best_kernels() {
  for (const Kernels* kernels : known_kernels()) {
    if (runs_here(*kernels)) return *kernels;
  }
  return realtime_baseline;
}

}  // namespace fm

#pragma once
// The vector instructions of this processor, for loops that are compiled once for each set and chosen when the program
// runs.

namespace fm {

/// Each has those before it.
enum class InstructionSet {
  baseline,
  avx2,    ///< with FMA
  avx512,  ///< F, BW, DQ and VL
};

/// The widest that runs here.
inline InstructionSet instruction_set() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return InstructionSet::avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
#endif
  return InstructionSet::baseline;
}

}  // namespace fm

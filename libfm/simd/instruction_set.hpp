#pragma once
// Loops that are compiled once per instruction set and selected at run time. A folder with such loops keeps them in one
// header, which kernels_baseline.cpp, kernels_avx2.cpp and kernels_avx512.cpp include
// (cmake/InstructionSets.cmake gives each its compiler flags).
//
// Such a header must not define a function with external linkage that is not always inlined, from the standard library
// or elsewhere: the linker keeps one of several copies, which might need instructions that the processor lacks.

#include <vector>

namespace fm {

/// Each includes those before it.
enum class InstructionSet {
  baseline,
  avx2,    ///< with FMA
  avx512,  ///< F, BW, DQ and VL
};

const char* name_of(InstructionSet set);

/// The widest that this processor supports.
InstructionSet instruction_set();

/// All that this processor supports, in ascending order.
std::vector<InstructionSet> instruction_sets();

/// Whether this processor multiplies bfloat16 numbers (AVX512_BF16; processors with AMX have it too).
bool multiplies_bfloat16();

/// A folder's kernels for each instruction set. Those that the compiler's target lacks are built as baseline.
template <class Kernels>
struct KernelVariants {
  const Kernels& baseline;
  const Kernels& avx2;
  const Kernels& avx512;

  const Kernels& of(InstructionSet set) const {
    if (set == InstructionSet::avx512) return avx512;
    return set == InstructionSet::avx2 ? avx2 : baseline;
  }
  const Kernels& best() const { return of(instruction_set()); }
};

}  // namespace fm

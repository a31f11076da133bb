#pragma once
// The choice of the kernels.

#include "libfm/realtime/kernels.hpp"

#include <span>

namespace fm {

std::span<const Kernels* const> known_kernels();  ///< the best first

/// Whether this processor has the instructions.
bool runs_here(const Kernels& kernels);

/// Those for the best instruction set of this processor.
const Kernels& best_kernels();

}  // namespace fm

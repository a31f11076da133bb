#include "libfm/nn/kernel_loops.hpp"
#include "libfm/nn/kernel_sets.hpp"

namespace fm {

extern const KernelSet kernels_avx512 = {layer_loops<float>, layer_loops<Bfloat16>, optimiser_loops, embed_times};

}  // namespace fm

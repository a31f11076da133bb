#include "libfm/nn/kernel_loops.hpp"
#include "libfm/nn/kernel_set.hpp"

namespace fm {

const KernelSet nn_baseline = {layer_loops<float>, layer_loops<Bfloat16>, optimiser_loops, embed_times};

}  // namespace fm

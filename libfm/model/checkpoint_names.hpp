#pragma once
// What the tensors of a checkpoint are called.
//
//   weights.NAME      the network's weights as trained
//   ema.NAME          their moving average, where there is one: what acts

#include "libfm/core/safetensors.hpp"

#include <string>

namespace fm {

/// "ema." or "weights.", what the names of the tensors that act begin with.
std::string acting_prefix(const SafeTensors& content);

}  // namespace fm

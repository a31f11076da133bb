#pragma once
// What the tensors of a checkpoint are called.
//
//   weights.NAME      the network's weights as trained
//   ema.NAME          their moving average, where there is one: what acts

#include "libfm/core/safetensors.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace fm {

/// "ema." or "weights.", what the names of the tensors that act begin with.
std::string acting_prefix(const SafeTensors& content);

/// @throws InputError that begins with `where` if there is no tensor of this name, or it has another shape.
const SafeTensor& find_weights(const SafeTensors& content, const std::string& name, std::span<const std::int64_t> shape,
                               const std::string& where);

}  // namespace fm

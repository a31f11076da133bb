#pragma once
// Names of the tensors in a checkpoint.
//
//   weights.NAME      the network's weights as trained
//   ema.NAME          their moving average, if there is one; used for acting

#include "libfm/core/safetensors.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace fm {

/// Prefix of the tensors used for acting: "ema." if the checkpoint has averaged weights, else "weights.".
std::string acting_prefix(const SafeTensors& content);

/// @throws InputError, prefixed by `where`, if the file should have a digest but has none.
void check_verified(const SafeTensors& content, const std::string& where);

/// The tensor `name`. @throws InputError, prefixed by `where`, if it is missing or does not have this shape.
const SafeTensor& find_weights(const SafeTensors& content, const std::string& name, std::span<const std::int64_t> shape,
                               const std::string& where);

}  // namespace fm

#include "libfm/model/checkpoint_names.hpp"

#include <algorithm>

namespace fm {

std::string acting_prefix(const SafeTensors& content) {
  const auto averaged = [](const SafeTensor& tensor) { return tensor.name.starts_with("ema."); };
  return std::any_of(content.tensors.begin(), content.tensors.end(), averaged) ? "ema." : "weights.";
}

}  // namespace fm

#include "libfm/policy_spec/checkpoint_names.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>

namespace fm {

std::string acting_prefix(const SafeTensors& content) {
  const auto averaged = [](const SafeTensor& tensor) { return tensor.name.starts_with("ema."); };
  return std::any_of(content.tensors.begin(), content.tensors.end(), averaged) ? "ema." : "weights.";
}

void check_verified(const SafeTensors& content, const std::string& where) {
  const auto version = content.metadata.find("format_version");
  const bool older = version != content.metadata.end() && (version->second == "1" || version->second == "2");
  if (content.verified || older) return;
  throw_input_error(
      "{}: has no digest, so that damage would go unnoticed; if another tool wrote it, let that tool set the metadata "
      "'digest' to 'none'",
      where);
}

const SafeTensor& find_weights(const SafeTensors& content, const std::string& name, std::span<const std::int64_t> shape,
                               const std::string& where) {
  const SafeTensor* found = content.find(name);
  if (found == nullptr) throw_input_error("{}: tensor '{}' is missing", where, name);
  if (!std::equal(found->shape.begin(), found->shape.end(), shape.begin(), shape.end())) {
    throw_input_error("{}: tensor '{}' has shape [{}], the network needs [{}]", where, name,
                      fmt::join(found->shape, ", "), fmt::join(shape, ", "));
  }
  return *found;
}

}  // namespace fm

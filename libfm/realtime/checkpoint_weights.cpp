#include "libfm/realtime/checkpoint_weights.hpp"

#include "libfm/policy_spec/checkpoint_names.hpp"

#include <algorithm>
#include <cmath>

namespace fm {
namespace {

std::vector<float> as_float32(const SafeTensor& tensor) {
  if (tensor.dtype != Dtype::F64) return values_of<float>(tensor);
  const std::vector<double> wide = values_of<double>(tensor);
  return {wide.begin(), wide.end()};
}

}  // namespace

CheckpointWeights::CheckpointWeights(const SafeTensors& content, const std::string& where)
    : content_(&content), where_(&where), prefix_(acting_prefix(content)) {}

CheckpointWeights CheckpointWeights::under(const std::string& part) const {
  CheckpointWeights weights = *this;
  weights.prefix_ += part;
  return weights;
}

std::vector<float> CheckpointWeights::tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
  const SafeTensor& found = find_weights(*content_, prefix_ + name, shape, *where_);
  std::vector<float> numbers = as_float32(found);
  if (!std::all_of(numbers.begin(), numbers.end(), [](float x) { return std::isfinite(x); })) {
    throw_input_error("{}: tensor '{}' contains values that are not finite", *where_, found.name);
  }
  return numbers;
}

FloatMatrix CheckpointWeights::matrix(const std::string& name, int rows, int columns) const {
  const std::vector<float> numbers = tensor(name, {rows, columns});
  return Eigen::Map<const FloatMatrix>(numbers.data(), rows, columns);
}

std::vector<float> CheckpointWeights::vector(const std::string& name, int size) const { return tensor(name, {size}); }

}  // namespace fm

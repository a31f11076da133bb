#pragma once
// Access by name to the weights of a checkpoint that are used for acting (policy_spec/checkpoint_names.hpp).

#include "libfm/core/safetensors.hpp"
#include "libfm/env/environment.hpp"

#include <string>
#include <vector>

namespace fm {

class CheckpointWeights {
 public:
  /// Keeps references to both arguments. @param where prefix of every error
  CheckpointWeights(const SafeTensors& content, const std::string& where);

  /// The weights whose names continue with `part`.
  CheckpointWeights under(const std::string& part) const;

  /// The full name of the tensor `name`.
  std::string full_name(const std::string& name) const { return prefix_ + name; }

  /// In float32. @throws InputError if the tensor is missing, of another shape or type, or not finite.
  FloatMatrix matrix(const std::string& name, int rows, int columns) const;
  std::vector<float> vector(const std::string& name, int size) const;
  std::vector<float> tensor(const std::string& name, const std::vector<std::int64_t>& shape) const;

 private:
  const SafeTensors* content_;
  const std::string* where_;
  std::string prefix_;
};

}  // namespace fm

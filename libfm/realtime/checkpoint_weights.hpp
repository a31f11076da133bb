#pragma once
// The weights of a checkpoint that act, by their names (model/checkpoint_names.hpp).

#include "libfm/core/safetensors.hpp"
#include "libfm/env/environment.hpp"

#include <string>
#include <vector>

namespace fm {

class CheckpointWeights {
 public:
  /// Refers to both arguments. @param where begins every error
  CheckpointWeights(const SafeTensors& content, const std::string& where);

  /// Those whose names begin with `part` as well.
  CheckpointWeights under(const std::string& part) const;

  /// @throws InputError if the tensor is missing, of another shape or type, or not finite.
  Matrix matrix(const std::string& name, int rows, int columns) const;
  std::vector<float> vector(const std::string& name, int size) const;

 private:
  std::vector<float> values(const std::string& name, const std::vector<std::int64_t>& shape) const;

  const SafeTensors* content_;
  const std::string* where_;
  std::string prefix_;
};

}  // namespace fm

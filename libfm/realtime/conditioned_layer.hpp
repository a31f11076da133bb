#pragma once
// A network's first layer, y = W_z z + W_t embedding(t) + W_c [observations, goal] + b. The time part is tabulated for
// every evaluation of the sampler and the condition part is computed once per action, which leaves W_z z in the
// sampler's loop. Both are computed in float32.

#include "libfm/realtime/network.hpp"

namespace fm {

class ConditionedLayer {
 public:
  /// @param weight (outputs, z + time features + condition), with `time_embedding` time features per time
  /// @param z size of z; 0: z is no input
  ConditionedLayer(const Kernels& kernels, const FloatMatrix& weight, const std::vector<float>& bias, int z,
                   int condition, int time_embedding, const std::vector<Times>& times);

  /// hoisted = W_c features
  void condition(int rows, RowView features, RowView hoisted) const { condition_.apply(rows, features, hoisted); }

  /// y = W_z z + hoisted + the time part of evaluation `index`
  void apply(int index, int rows, RowView z, RowView hoisted, RowView y) const {
    z_.apply_with(rows, z, table_.data() + index * padded(z_.outputs()), hoisted, y);
  }

  int outputs() const { return z_.outputs(); }

 private:
  Dense z_;
  Dense condition_;
  AlignedVector<float> table_;  ///< (evaluations, padded outputs), with the bias
};

/// The concatenated features of all times: [sin(w_k t) ..., cos(w_k t) ...] with the frequencies of
/// flow_math/embedding.hpp.
std::vector<float> embed(const Times& times, int features);

/// Number of time and condition features together.
int features_of(const NetworkShape& shape, int time_embedding, const std::vector<Times>& times);

}  // namespace fm

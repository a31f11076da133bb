#pragma once
// A network's first layer, y = W_z z + W_t embedding(t) + W_c [observations, goal] + b. Its time part is tabulated for
// every evaluation of the sampler and its condition part computed once an action, which leaves W_z z. Both are hoisted
// in float32.

#include "libfm/realtime/network.hpp"

namespace fm {

class ConditionedLayer {
 public:
  /// @param weight (outputs, z + time features + condition), time features as many as `time_embedding` gives each time
  /// @param z 0: the layer does not see it
  ConditionedLayer(const Kernels& kernels, const Matrix& weight, const std::vector<float>& bias, int z, int condition,
                   int time_embedding, const std::vector<Times>& times);

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

/// Features of each time, one after the other: [sin(w_k t) ..., cos(w_k t) ...] with the frequencies of
/// model/embedding.hpp.
std::vector<float> embed(const Times& times, int features);

/// Of the layer that sees all of it.
int features_of(const NetworkShape& shape, int time_embedding, const std::vector<Times>& times);

}  // namespace fm

#pragma once
// The network of nn/mlp_net.hpp: y = W_n silu(... silu(W_0 [z, time, observations, goal] + b_0)) + b_n.

#include "libfm/realtime/conditioned_layer.hpp"

namespace fm {

class RealtimeMlp final : public RealtimeNetwork {
 public:
  RealtimeMlp(const NetworkOptions& options, const NetworkShape& shape, const std::vector<Times>& times,
              const CheckpointWeights& weights, Precision precision, const Kernels& kernels);

  std::size_t scratch(int rows) const override;
  void condition(int begin, int end, int rows, RowView features, float* scratch) const override;
  void evaluate(int index, int rows, RowView z, RowView y, float* scratch) const override;

 private:
  RowView hoisted(float* scratch) const { return {scratch, padded(first_.outputs())}; }

  const Kernels& kernels_;
  ConditionedLayer first_;
  std::vector<Dense> layers_;  ///< all layers after the first
  int widest_;
};

}  // namespace fm

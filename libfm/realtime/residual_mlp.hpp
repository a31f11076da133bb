#pragma once
// The network of nn/residual_net.hpp. The modulation of its blocks depends on time and condition only: it is
// computed for all evaluations of an action at once, so that its weights are read once instead of at every step.

#include "libfm/realtime/conditioned_layer.hpp"

namespace fm {

class RealtimeResidualMlp final : public RealtimeNetwork {
 public:
  RealtimeResidualMlp(const NetworkOptions& options, const NetworkShape& shape, const std::vector<Times>& times,
                      const CheckpointWeights& weights, Precision precision, const Kernels& kernels);

  std::size_t scratch(int rows) const override;
  void condition(int begin, int end, int rows, RowView features, float* scratch) const override;
  void evaluate(int index, int rows, RowView z, RowView y, float* scratch) const override;

 private:
  struct Block {
    std::vector<Dense> steer;  ///< scale, shift and, with adaln, gate
    Dense first;
    Dense second;
  };
  /// Layout of the scratch of `rows` rows.
  struct Buffers {
    RowView enter_hoisted, steer_hoisted, x, normal, hidden;  ///< (rows, width)
    RowView c;                                                ///< (evaluations, rows, width)
    float* steering;                                          ///< (blocks, parts, evaluations, rows, width)
  };

  Buffers buffers(int rows, float* scratch) const;
  /// Scale, shift or gate of a block at an evaluation, (rows, width).
  RowView steering(const Buffers& b, int rows, std::size_t block, std::size_t part, int index) const;
  std::size_t parts() const { return adaptive_norm_ ? 3 : 2; }
  void film(std::size_t block, int index, int rows, const Buffers& b) const;
  void adaptive_norm(std::size_t block, int index, int rows, const Buffers& b) const;

  const Kernels& kernels_;
  int width_, stride_, evaluations_;
  bool adaptive_norm_;
  ConditionedLayer enter_, steer_;
  std::vector<Block> blocks_;
  Dense leave_;
};

}  // namespace fm

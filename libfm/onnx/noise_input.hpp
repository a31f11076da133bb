#pragma once
// The graph's input for noise: samples of a whole prediction, taken one after another.

#include "libfm/onnx/graph.hpp"

namespace fm {

class OnnxNoise {
 public:
  /// @param horizon H  @param actions A
  OnnxNoise(OnnxGraph& graph, int horizon, int actions) : graph_(graph), horizon_(horizon), actions_(actions) {}

  /// The next sample, (B, H A).
  OnnxValue next() {
    const OnnxValue rows = graph_.slice({name}, 1, samples_ * horizon_, (samples_ + 1) * horizon_);
    ++samples_;
    return graph_.reshaped(rows, {-1, horizon_ * actions_});
  }

  int samples() const { return samples_; }

  /// Makes it an input of the graph, (B, samples H, A), if any sample was taken.
  void declare() {
    if (samples_ == 0) return;
    graph_.input(name, {OnnxGraph::batch, samples_ * horizon_, actions_},
                 "standard normal numbers, which the action is sampled from");
  }

 private:
  static constexpr const char* name = "noise";

  OnnxGraph& graph_;
  int horizon_, actions_;
  int samples_ = 0;
};

}  // namespace fm

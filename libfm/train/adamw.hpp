#pragma once
// AdamW (Loshchilov and Hutter 2019) by ATen's fused kernel, with clipping of the gradient's norm.

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace fm {

struct AdamWOptions {
  double weight_decay = 0.01;
  std::optional<double> clip;  ///< largest norm of the whole gradient
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

class AdamW {
 public:
  AdamW(std::vector<at::Tensor> parameters, const AdamWOptions& options);

  /// Applies the gradients that backward() left in the parameters, and removes them.
  void step(double learning_rate);

  /// Moments and step counts, the same number of tensors for equal parameters: what a resumed run needs.
  std::vector<at::Tensor> state() const;

 private:
  AdamWOptions options_;
  std::vector<at::Tensor> parameters_;
  std::vector<at::Tensor> first_moments_;
  std::vector<at::Tensor> second_moments_;
  std::vector<at::Tensor> steps_;
};

/// Scales gradients in place so that the norm of all of them together is at most max_norm. No host synchronisation.
void clip_gradients(const std::vector<at::Tensor>& gradients, double max_norm);

}  // namespace fm

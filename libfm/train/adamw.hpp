#pragma once
// AdamW (Loshchilov and Hutter 2019), with clipping of the gradient's norm and a moving average of the weights, on
// flat buffers: two passes over memory in float32, with kernels of our own on the CPU and on CUDA; else ATen's fused one.

#include "libfm/nn/cuda_support.hpp"

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <vector>

namespace fm {

struct AdamWOptions {
  double weight_decay = 0.01;
  std::optional<double> clip;  ///< largest norm of the whole gradient
  double ema = 0.0;            ///< decay of the moving average, warmed up (nn/ema.hpp)
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

class AdamW {
 public:
  /// Parameters and averages become views of flat buffers.
  /// @param averaged tensors that receive the moving average of the parameters (nn/ema.hpp), from their own initial
  /// values; may be empty
  AdamW(std::vector<at::Tensor> parameters, const AdamWOptions& options, const std::vector<at::Tensor>& averaged = {});

  /// Applies the gradients that backward() left in the parameters, and removes them. No host synchronisation, except at
  /// the object's first step.
  void step(double learning_rate) {
    prepare({&learning_rate, 1});
    apply(0);
  }

  /// The two halves of several steps: what changes from step to step, and the work on the device for each.
  /// @param learning_rates of the next steps, at most max_prepared
  void prepare(std::span<const double> learning_rates);
  /// @param index of the step among those prepared, in order
  void apply(std::int64_t index);
  static constexpr std::int64_t max_prepared = 32;
  /// Whether apply() can be recorded (DeviceGraph): on CUDA in float32.
  bool can_be_recorded() const { return cuda_ != nullptr; }

  /// The norm of the last step's gradient before clipping; none without clipping. On CUDA it waits for the device.
  std::optional<double> gradient_norm() const;

  /// First moments, second moments and step counts, one tensor each per parameter: the state that a resumed run needs.
  std::vector<at::Tensor> state() const;

 private:
  void step_by_kernels(const at::Tensor& gradient, std::int64_t index);
  void sum_squares(const float* gradient);
  void step_on_cuda(const at::Tensor& gradient, std::int64_t index);
  void step_by_operations(const at::Tensor& gradient, std::int64_t index);

  AdamWOptions options_;
  std::vector<at::Tensor> parameters_;
  at::Tensor weights_;   ///< all parameters, flattened, as are the next four
  at::Tensor averages_;  ///< undefined if there are none
  at::Tensor first_moments_;
  at::Tensor second_moments_;
  at::Tensor gathered_;                 ///< for gradients that are not contiguous
  at::Tensor steps_;                    ///< (parameters), all equal: checkpoints have one for each
  std::int64_t prepared_from_ = -1;     ///< steps_ as a number before the prepared ones; unknown before the first
  std::vector<double> learning_rates_;  ///< of the prepared steps
  const CudaKernels* cuda_ = nullptr;   ///< null: not on CUDA, or not in float32
  at::Tensor coefficients_;             ///< (max_prepared, 8), on CUDA, of AdamWCoefficients
  at::Tensor squares_;                  ///< sums of squares of parts of the last gradient; undefined: no clipping
};

/// Scales a gradient in place so that its norm is at most max_norm. No host synchronisation.
/// @return the norm before, a number on the gradient's device
at::Tensor clip_gradient(const at::Tensor& gradient, double max_norm);

}  // namespace fm

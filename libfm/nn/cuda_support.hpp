#pragma once
// What LibTorch offers on CUDA only. The implementation, libfm_cuda.so of libfm/cuda, is loaded when CUDA is first used,
// so that programs start without CUDA's libraries and run on machines that have none.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace fm {

/// Device work that is recorded once and then launched as a whole: a CUDA graph.
class DeviceGraph {
 public:
  DeviceGraph() = default;
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;
  virtual ~DeviceGraph() = default;

  /// Records what `work` launches on the current stream, which must not be the default stream; nothing is computed yet.
  /// The work must not wait for the device. Tensors that it allocates belong to the graph.
  virtual void record(const std::function<void()>& work) = 0;

  /// Computes what was recorded, on the current stream: same addresses, whatever values are there now.
  virtual void replay() = 0;
};

/// Points on the paths of a batch of N rows and S numbers, from which a perceptron's inputs and targets are made.
struct DevicePoints {
  at::Tensor x1;            ///< (N, S), actions; rows may be apart, as those of z0 and times
  at::Tensor z0;            ///< (N, S), noise; undefined: z is x1, and there are no targets
  at::Tensor times;         ///< (N)
  at::Tensor coefficients;  ///< (N, 4): z = c0 x1 + c1 z0, target = c2 x1 + c3 z0; undefined: [t, 1 - t, 1, -1]
  at::Tensor weights;       ///< (N), of the rows' squared errors; undefined: 1
};

/// A matrix (R, C) and where the sums of its columns (C) go.
struct ColumnSums {
  at::Tensor parts;
  at::Tensor sums;
};

/// out (M, K) = g' x, of g (N, M) and x (N, K).
struct WeightGradient {
  at::Tensor g;
  at::Tensor x;
  at::Tensor out;
};

/// Kernels for float32 tensors on CUDA, contiguous unless said otherwise. A tensor called rounded may be bfloat16. None of
/// them waits for the device.
class CudaKernels {
 public:
  virtual ~CudaKernels() = default;

  /// inputs (N, S + 2 F + O), rounded, = [z, sin(w t), cos(w t), observations] with frequencies w (F) and observations, whose
  /// rows may be apart; targets (N, S).
  virtual void fill_points(const DevicePoints& points, const at::Tensor& frequencies, const at::Tensor& observations,
                           const at::Tensor& inputs, const at::Tensor& targets) const = 0;
  /// y, rounded. W is a multiple of 4, also in silu_gradient.
  virtual void silu(const at::Tensor& x, const at::Tensor& y) const = 0;
  /// g_x = g_y silu'(x), rounded; all (N, W). sums (N / rows_per_sum rounded up, W): sums of g_x over as many rows.
  /// transposed (W, N): g_x', undefined: not needed.
  virtual void silu_gradient(const at::Tensor& x, const at::Tensor& g_y, const at::Tensor& g_x, const at::Tensor& sums,
                             const at::Tensor& transposed) const = 0;
  static constexpr std::int64_t rows_per_sum = 32;
  /// The gradient of loss = mean of weight (output - target)^2, rounded and not; losses (any, 1), which add up to the loss.
  virtual void squared_error(const at::Tensor& outputs, const at::Tensor& targets, const at::Tensor& weights,
                             const at::Tensor& gradient, const at::Tensor& gradient_float,
                             const at::Tensor& losses) const = 0;
  /// At most max_segments in a call, also of weight_gradients.
  virtual void column_sums(std::span<const ColumnSums> columns) const = 0;
  static constexpr std::size_t max_segments = 16;

  /// Whether the device has the next three, products of small matrices in TF32.
  virtual bool has_small_products() const = 0;
  /// y (N, M) = x (N, K) W' + b; activated = silu(y), undefined: not needed.
  virtual void affine(const at::Tensor& x, const at::Tensor& W, const at::Tensor& b, const at::Tensor& y,
                      const at::Tensor& activated) const = 0;
  /// g_x (N, K) = g_y (N, M) W silu'(x). sums (N / rows_per_small_sum rounded up, K): sums of g_x over as many rows.
  virtual void affine_gradient(const at::Tensor& g_y, const at::Tensor& W, const at::Tensor& x, const at::Tensor& g_x,
                               const at::Tensor& sums) const = 0;
  static constexpr std::int64_t rows_per_small_sum = 16;
  virtual void weight_gradients(std::span<const WeightGradient> gradients) const = 0;

  /// Sums of squares of parts of x, square_sums numbers.
  virtual void sums_of_squares(const at::Tensor& x, const at::Tensor& sums) const = 0;
  static constexpr std::int64_t square_sums = 256;

  /// A step of AdamW. @param coefficients (8), the members of AdamWCoefficients
  /// @param squares sums_of_squares of the gradient, which is then clipped to max_norm; undefined: no clipping
  /// @param average may be undefined
  /// @param steps (P), counted
  struct AdamWTensors {
    at::Tensor coefficients, gradient, squares, weights, first_moments, second_moments, average, steps;
  };
  virtual void adamw(const AdamWTensors& tensors, double max_norm) const = 0;
};

class CudaSupport {
 public:
  virtual ~CudaSupport() = default;

  /// Null if they cannot be compiled, which is logged once.
  virtual const CudaKernels* kernels() = 0;

  virtual std::unique_ptr<DeviceGraph> make_graph() = 0;

  /// From now on, an operation of LibTorch that makes the host wait for the device throws c10::Error; or no longer.
  virtual void forbid_waiting(bool forbidden) = 0;

  /// Whether the GPU multiplies bfloat16 faster than float32.
  virtual bool multiplies_bfloat16(int device) = 0;

  /// The model of the GPU, for example "NVIDIA H100 80GB HBM3".
  virtual std::string device_name(int device) = 0;
};

/// Null where CUDA has not been loaded (check_device in nn/device.hpp loads it), or where libfm was built without CUDA's
/// headers.
CudaSupport* cuda_support();

}  // namespace fm

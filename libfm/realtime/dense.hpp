#pragma once
// An affine map y = W x + b with its weights packed for the kernels, in float32 or bfloat16. Sums are float32.

#include "libfm/env/environment.hpp"
#include "libfm/realtime/kernels.hpp"
#include "libfm/simd/aligned_vector.hpp"
#include "libfm/simd/bfloat16.hpp"

#include <span>

namespace fm {

enum class Precision { float32, bfloat16 };

/// Rows of numbers in a buffer of the engine, each padded to `padded(width)`.
struct RowView {
  float* data;
  std::ptrdiff_t stride;

  float* row(int i) const { return data + i * stride; }
};

/// The width rounded up to whole panels of every instruction set.
constexpr int padded(int width) { return (width + 31) / 32 * 32; }

class Dense {
 public:
  /// @param weight (outputs, inputs)
  /// @param bias (outputs), or empty
  Dense(const Kernels& kernels, const Eigen::Ref<const FloatMatrix, 0, Eigen::OuterStride<>>& weight,
        std::span<const float> bias, Precision precision);

  /// y = W x + b. @param y rows of padded(outputs) numbers
  void apply(int rows, RowView x, RowView y) const { run(rows, x, y, bias_.data(), nullptr, 0); }

  /// y = W x + b + own; own may be y.
  void apply_and_add(int rows, RowView x, RowView own, RowView y) const {
    run(rows, x, y, bias_.data(), own.data, own.stride);
  }

  /// y = W x + shared + own, with `shared` (padded(outputs)) in place of the bias.
  void apply_with(int rows, RowView x, const float* shared, RowView own, RowView y) const {
    run(rows, x, y, shared, own.data, own.stride);
  }

  int outputs() const { return outputs_; }

 private:
  void run(int rows, RowView x, RowView y, const float* shared, const float* own, std::ptrdiff_t own_stride) const;

  const Kernels& kernels_;
  int inputs_, outputs_;
  int panels_, splits_;
  Precision precision_;
  AlignedVector<float> float32_;
  AlignedVector<Bfloat16> bfloat16_;
  AlignedVector<float> bias_;
};

}  // namespace fm

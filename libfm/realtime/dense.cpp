#include "libfm/realtime/dense.hpp"

#include <algorithm>

namespace fm {
namespace {

/// The sums of a single panel are limited by latency; split into four parts they overlap.
int splits_of(int panels, int inputs) { return panels == 1 && inputs >= 16 && inputs % 4 == 0 ? 4 : 1; }

}  // namespace

Dense::Dense(const Kernels& kernels, const Eigen::Ref<const FloatMatrix, 0, Eigen::OuterStride<>>& weight,
             std::span<const float> bias, Precision precision)
    : kernels_(kernels), inputs_(static_cast<int>(weight.cols())), outputs_(static_cast<int>(weight.rows())),
      panels_((outputs_ + 2 * kernels.lanes - 1) / (2 * kernels.lanes)), splits_(splits_of(panels_, inputs_)),
      precision_(precision), bias_(static_cast<std::size_t>(padded(outputs_))) {
  std::copy(bias.begin(), bias.end(), bias_.begin());
  const int lanes = kernels.lanes, width = 2 * lanes;
  const std::size_t size = static_cast<std::size_t>(panels_) * width * inputs_;
  (precision == Precision::float32 ? float32_.resize(size) : bfloat16_.resize(size));
  for (int j = 0; j < outputs_; ++j) {
    for (int i = 0; i < inputs_; ++i) {
      const std::size_t begin = (static_cast<std::size_t>(j / width) * inputs_ + i) * width;
      const std::size_t column = j % width;
      if (precision == Precision::float32) {
        float32_[begin + column] = weight(j, i);
      } else {  // columns l and lanes + l share a word
        bfloat16_[begin + 2 * (column % lanes) + column / lanes] = to_bfloat16(weight(j, i));
      }
    }
  }
}

void Dense::run(int rows, RowView x, RowView y, const float* shared, const float* own,
                std::ptrdiff_t own_stride) const {
  DenseCall call{.x = x.data,
                 .x_stride = x.stride,
                 .weights = float32_.data(),
                 .inputs = inputs_,
                 .panels = panels_,
                 .splits = splits_,
                 .shared = shared,
                 .own = own,
                 .own_stride = own_stride,
                 .y = y.data,
                 .y_stride = y.stride,
                 .rows = rows};
  if (precision_ == Precision::float32) return kernels_.dense_float32(call);
  call.weights = bfloat16_.data();
  kernels_.dense_bfloat16(call);
}

}  // namespace fm

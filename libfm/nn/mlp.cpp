#include "libfm/nn/mlp.hpp"

#include "libfm/nn/fused_mlp.hpp"
#include "libfm/nn/linear.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {

Mlp::Mlp(int inputs, const std::vector<int>& hidden, int outputs, const RandomStream& init) {
  std::vector<int> widths = {inputs};
  widths.insert(widths.end(), hidden.begin(), hidden.end());
  widths.push_back(outputs);
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const double bound = 1.0 / std::sqrt(std::max(widths[i], 1));  // without inputs there are biases
    const std::uint64_t position = 2 * i;
    const auto add = [&](const char* name, at::IntArrayRef shape, std::uint64_t at_position) {
      parameters_.push_back(
          register_parameter(fmt::format("{}_{}", i, name), uniform_weights(shape, bound, init, at_position)));
    };
    add("weight", {widths[i + 1], widths[i]}, position);
    add("bias", {widths[i + 1]}, position + 1);
  }
}

at::Tensor Mlp::forward(const at::Tensor& x) const {
  const bool fits = x.size(-1) == parameters_[0].size(1);  // otherwise LibTorch reports the error
  return fits && fused_mlp_applies(x, parameters_) ? fused_mlp(x, parameters_) : layerwise_mlp(x, parameters_);
}

}  // namespace fm

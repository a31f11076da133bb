#include "libfm/nn/mlp.hpp"

#include "libfm/nn/linear.hpp"

#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <fmt/format.h>

#include <cmath>

namespace fm {

Mlp::Mlp(int inputs, const std::vector<int>& hidden, int outputs, const RandomStream& init) {
  std::vector<int> widths = {inputs};
  widths.insert(widths.end(), hidden.begin(), hidden.end());
  widths.push_back(outputs);
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const double bound = 1.0 / std::sqrt(widths[i]);
    const std::uint64_t position = 2 * i;
    layers_.push_back(
        {register_parameter(fmt::format("{}_weight", i),
                            uniform_weights({widths[i + 1], widths[i]}, bound, init, position)),
         register_parameter(fmt::format("{}_bias", i), uniform_weights({widths[i + 1]}, bound, init, position + 1))});
  }
}

at::Tensor Mlp::forward(at::Tensor x) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = at::linear(i == 0 ? x : at::silu(x), layers_[i].weight, layers_[i].bias);
  }
  return x;
}

}  // namespace fm

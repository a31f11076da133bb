#include "libfm/nn/attention.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include <cmath>

namespace fm {

Attention::Attention(int width, int heads, const RandomStream& init) : heads_(heads) {
  const auto linear = [&](const char* name, int to) {
    return register_module(name, std::make_shared<Linear>(width, to, init.child(name)));
  };
  queries_keys_values_ = linear("queries_keys_values", 3 * width);
  leave_ = linear("leave", width);
}

at::Tensor Attention::forward(const at::Tensor& x) const {
  const std::int64_t n = x.size(0), tokens = x.size(1), width = x.size(2), size = width / heads_;
  // (3, N, heads, tokens, size)
  const at::Tensor parts = queries_keys_values_->forward(x).view({n, tokens, 3, heads_, size}).permute({2, 0, 3, 1, 4});
  const at::Tensor scores = at::matmul(parts[0], parts[1].transpose(-1, -2)) / std::sqrt(static_cast<double>(size));
  const at::Tensor mixed = at::matmul(scores.softmax(-1), parts[2]);
  return leave_->forward(mixed.transpose(1, 2).reshape({n, tokens, width}));
}

}  // namespace fm

#include "libfm/nn/time_embedding.hpp"

#include "libfm/flow_math/embedding.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

namespace fm {

TimeEmbedding::TimeEmbedding(int features) {
  frequencies_ = register_buffer("frequencies", at::tensor(embedding_frequencies(features / 2), at::kFloat));
}

at::Tensor TimeEmbedding::forward(const at::Tensor& times) const {
  const bool shared = times.size(0) > 1 && times.stride(0) == 0;  // one time for all rows, as in an ODE solver
  if (shared) return forward(times.slice(0, 0, 1)).expand({times.size(0), -1});
  const at::Tensor angles = times.unsqueeze(-1) * frequencies_;
  return at::cat({angles.sin(), angles.cos()}, -1).flatten(1);
}

}  // namespace fm

#include "libfm/flow/committed_actions.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>

namespace fm {

at::Tensor committed_actions(const Condition& condition, const at::Tensor& actions) {
  if (!condition.committed.defined()) return {};
  const at::Tensor places = at::arange(actions.size(1), condition.committed.options());
  return (places < condition.committed.unsqueeze(1)).unsqueeze(2);
}

}  // namespace fm

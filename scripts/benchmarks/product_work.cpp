#include "scripts/benchmarks/works.hpp"

#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

namespace fm::bench {

TimedWork product_work(int m, int k, int n) {
  const at::Tensor a = view_as_tensor(normal_matrix(m, k)).clone(), b = view_as_tensor(normal_matrix(k, n)).clone();
  return {.run = [a, b, product = at::empty({m, n})]() mutable {
    const at::NoGradGuard no_grad;
    at::mm_out(product, a, b);
  }};
}

}  // namespace fm::bench

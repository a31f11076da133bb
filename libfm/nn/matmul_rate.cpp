#include "libfm/nn/matmul_rate.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <chrono>

namespace fm {

double matmul_rate() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t n = 512;
  const at::NoGradGuard no_grad;
  const at::Tensor a = at::ones({n, n}), b = at::ones({n, n});
  double best = 0.0;
  for (int i = 0; i < 5; ++i) {
    const auto begin = Clock::now();
    at::mm(a, b);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, 2.0 * n * n * n / seconds * 1e-9);
  }
  return best;
}

}  // namespace fm

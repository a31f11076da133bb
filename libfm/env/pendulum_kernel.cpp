#include "libfm/env/pendulum_kernel.hpp"

#include "libfm/core/instruction_set.hpp"
#include "libfm/env/angle.hpp"

#include <vector>

namespace fm {
namespace {

[[gnu::always_inline]] inline void step_rows(const PendulumDynamics& dynamics, const PendulumRows& rows) {
  const PendulumDynamics d = dynamics;  // a copy, which no store below can change: the loop becomes vector instructions
  const auto [count, torque, theta, omega, sine, observations] = rows;
  for (int i = 0; i < count; ++i) {
    const PendulumState next = d.next({theta[i], omega[i]}, sine[i], torque[i]);
    const SinCos now = sin_cos(next.theta);
    theta[i] = next.theta;
    omega[i] = next.omega;
    sine[i] = now.sine;
    observations[3 * i] = static_cast<float>(now.cosine);
    observations[3 * i + 1] = static_cast<float>(now.sine);
    observations[3 * i + 2] = static_cast<float>(next.omega);
  }
}

void step_baseline(const PendulumDynamics& dynamics, const PendulumRows& rows) { step_rows(dynamics, rows); }

#if defined(__x86_64__)
[[gnu::target("avx2")]] void step_avx2(const PendulumDynamics& dynamics, const PendulumRows& rows) {
  step_rows(dynamics, rows);
}

[[gnu::target("avx512f,avx512dq")]] void step_avx512(const PendulumDynamics& dynamics, const PendulumRows& rows) {
  step_rows(dynamics, rows);
}
#endif

std::vector<PendulumKernel> kernels() {
  std::vector<PendulumKernel> all;
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx512) all.push_back({"AVX-512", step_avx512});
  if (instruction_set() >= InstructionSet::avx2) all.push_back({"AVX2", step_avx2});
#endif
  all.push_back({"baseline", step_baseline});
  return all;
}

}  // namespace

std::span<const PendulumKernel> pendulum_kernels() {
  static const std::vector<PendulumKernel> available = kernels();
  return available;
}

}  // namespace fm

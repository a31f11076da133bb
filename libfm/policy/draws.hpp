#pragma once
// Random tensors. Numbers are drawn on the CPU, row by row, also for a run on CUDA: so a run's draws do not depend on
// its device.

#include "libfm/core/random.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace fm {

struct FlowDraws {
  at::Tensor times;  ///< (N) ~ U(0, 1)
  at::Tensor noise;  ///< (N, H, A) ~ N(0, I)
};

/// For a batch of actions (N, H, A), of its type and on its device.
FlowDraws draw_flow(const RandomStream& stream, std::uint64_t position, const at::Tensor& actions);

/// Noise (N, H, A) ~ N(0, I) in float32 on the CPU; row i is a function of (stream, episodes[i], steps[i]).
at::Tensor draw_noise(const RandomStream& stream, std::span<const std::uint64_t> episodes,
                      std::span<const std::uint32_t> steps, std::int64_t action_horizon, std::int64_t actions);

}  // namespace fm

#pragma once
// The noise that a policy samples its actions from.

#include "libfm/core/random.hpp"

#include <cstdint>
#include <span>

namespace fm {

/// Fills `noise`, then `more`, with numbers ~ N(0, 1) that are a function of (stream, episode, step).
void draw_noise(const RandomStream& stream, std::uint64_t episode, std::uint32_t step, std::span<float> noise,
                std::span<float> more = {});

}  // namespace fm

#include "libfm/flow_math/noise.hpp"

namespace fm {

void draw_noise(const RandomStream& stream, std::uint64_t episode, std::uint32_t step, std::span<float> noise,
                std::span<float> more) {
  Draws draws = stream.at(episode, step);
  for (const std::span<float> part : {noise, more}) {
    for (float& number : part) number = static_cast<float>(draws.normal());
  }
}

}  // namespace fm

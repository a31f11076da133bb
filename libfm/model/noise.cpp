#include "libfm/model/noise.hpp"

namespace fm {

void draw_noise(const RandomStream& stream, std::uint64_t episode, std::uint32_t step, std::span<float> noise) {
  Draws draws = stream.at(episode, step);
  for (float& number : noise) number = static_cast<float>(draws.normal());
}

}  // namespace fm

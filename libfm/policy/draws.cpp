#include "libfm/policy/draws.hpp"

#include <ATen/ops/empty.h>

namespace fm {

FlowDraws draw_flow(const RandomStream& stream, std::uint64_t position, const at::Tensor& actions) {
  const std::int64_t rows = actions.size(0), width = actions.numel() / rows;
  const at::Tensor times = at::empty({rows}, at::kFloat);
  const at::Tensor noise = at::empty(actions.sizes(), at::kFloat);
  float* time = times.data_ptr<float>();
  float* next = noise.data_ptr<float>();
  for (std::int64_t i = 0; i < rows; ++i) {
    Draws draws = stream.at(position, static_cast<std::uint32_t>(i));
    time[i] = static_cast<float>(draws.uniform());
    for (std::int64_t j = 0; j < width; ++j) *next++ = static_cast<float>(draws.normal());
  }
  return {times.to(actions.options()), noise.to(actions.options())};
}

at::Tensor draw_noise(const RandomStream& stream, std::span<const std::uint64_t> episodes,
                      std::span<const std::uint32_t> steps, std::int64_t action_horizon, std::int64_t actions) {
  const at::Tensor noise = at::empty({static_cast<std::int64_t>(episodes.size()), action_horizon, actions}, at::kFloat);
  float* next = noise.data_ptr<float>();
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    Draws draws = stream.at(episodes[i], steps[i]);
    for (std::int64_t j = 0; j < action_horizon * actions; ++j) *next++ = static_cast<float>(draws.normal());
  }
  return noise;
}

}  // namespace fm

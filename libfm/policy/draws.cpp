#include "libfm/policy/draws.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/flow_math/noise.hpp"

#include <ATen/ops/empty.h>

namespace fm {

at::Tensor draw_rows(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
                     const at::Tensor& like, const FillRow& fill) {
  const at::Tensor values = at::empty({rows, width}, at::kFloat);
  float* first = values.data_ptr<float>();
  for_each_block(rows, 32, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Draws draws = stream.at(position, static_cast<std::uint32_t>(i));
      fill(draws, first + i * width);
    }
  });
  return values.to(like.options());
}

FlowDraws draw_flow(const RandomStream& stream, std::uint64_t position, const at::Tensor& actions,
                    const FlowOptions& options, const TimeInterval& interval) {
  const std::int64_t rows = actions.size(0), size = actions.numel() / rows;
  const TimeDistribution distribution(options.time);
  // Columns: time, weight, whether the goal is kept, noise.
  const at::Tensor drawn = draw_rows(stream, position, rows, 3 + size, actions, [&](Draws& draws, float* row) {
    const double u = distribution.draw(draws);
    row[0] = static_cast<float>(interval.begin + (interval.end - interval.begin) * u);
    row[1] = static_cast<float>(distribution.weight(u));
    for (std::int64_t j = 0; j < size; ++j) row[3 + j] = static_cast<float>(draws.normal());
    row[2] = options.goal_drop > 0.0 && draws.uniform() < options.goal_drop ? 0.0F : 1.0F;
  });
  return {.times = drawn.select(1, 0),
          .weights = options.time.weight == "none" ? at::Tensor() : drawn.select(1, 1),
          .noise = drawn.slice(1, 3).reshape(actions.sizes()),
          .kept = drawn.select(1, 2)};
}

at::Tensor draw_noise(const RandomStream& stream, std::span<const std::uint64_t> episodes,
                      std::span<const std::uint32_t> steps, std::int64_t count, std::int64_t action_horizon,
                      std::int64_t actions) {
  const auto width = static_cast<std::size_t>(count * action_horizon * actions);
  const at::Tensor noise =
      at::empty({static_cast<std::int64_t>(episodes.size()), count, action_horizon, actions}, at::kFloat);
  const std::span<float> numbers(noise.data_ptr<float>(), static_cast<std::size_t>(noise.numel()));
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    draw_noise(stream, episodes[i], steps[i], numbers.subspan(i * width, width));
  }
  return noise;
}

}  // namespace fm

#include "libfm/policy/draws.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/flow_math/noise.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>

namespace fm {
namespace {

thread_local RepeatedDraws* recording = nullptr;

/// In memory from which numbers can be copied to `device` while the host goes on.
at::Tensor host_numbers(std::int64_t count, c10::Device device) {
  return at::empty({count}, at::TensorOptions(at::kFloat).pinned_memory(device.is_cuda()));
}

void fill_rows(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
               const FillRow& fill, float* numbers) {
  for_each_block(rows, 32, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Draws draws = stream.at(position, static_cast<std::uint32_t>(i));
      fill(draws, numbers + i * width);
    }
  });
}

}  // namespace

RepeatedDraws::Recording::Recording(RepeatedDraws& draws, std::uint64_t position, std::int64_t count) {
  draws.recorded_at_ = position;
  draws.count_ = count;
  recording = &draws;
}

RepeatedDraws::Recording::~Recording() { recording = nullptr; }

/// All blocks lie in one buffer, so that they are copied at once.
at::Tensor RepeatedDraws::add(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
                              const at::Tensor& like, const FillRow& fill) {
  if (!numbers_.defined()) numbers_ = at::empty({count_ * rows * width}, like.options().dtype(at::kFloat));
  if (used_ + rows * width > numbers_.numel()) throw std::logic_error("more draws than were announced");
  blocks_.push_back({stream, position - recorded_at_, fill, rows, width, used_});
  used_ += rows * width;
  return numbers_.slice(0, used_ - rows * width, used_).view({rows, width}).to(like.options());
}

void RepeatedDraws::draw(std::uint64_t position) const {
  if (blocks_.empty()) return;
  const at::NoGradGuard no_grad;
  const at::Tensor host = host_numbers(used_, numbers_.device());
  for (const Block& b : blocks_) {
    fill_rows(b.stream, position + b.ahead, b.rows, b.width, b.fill, host.data_ptr<float>() + b.begin);
  }
  numbers_.slice(0, 0, used_).copy_(host, /*non_blocking=*/true);
}

at::Tensor draw_rows(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
                     const at::Tensor& like, const FillRow& fill) {
  if (recording != nullptr) return recording->add(stream, position, rows, width, like, fill);
  const at::Tensor host = host_numbers(rows * width, like.device());
  fill_rows(stream, position, rows, width, fill, host.data_ptr<float>());
  return host.view({rows, width}).to(like.options(), /*non_blocking=*/true);
}

FlowDraws draw_flow(const RandomStream& stream, std::uint64_t position, const at::Tensor& actions,
                    const FlowOptions& options, const TimeInterval& interval, int largest_delay) {
  const std::int64_t rows = actions.size(0), size = actions.numel() / rows, of_delay = largest_delay > 0 ? 1 : 0;
  const TimeDistribution distribution(options.time);
  const double goal_drop = options.goal_drop;
  // Columns: time, weight, whether the goal is kept, noise, how many actions are given.
  const at::Tensor drawn =
      draw_rows(stream, position, rows, 3 + size + of_delay, actions, [=](Draws& draws, float* row) {
        const double u = distribution.draw(draws);
        row[0] = static_cast<float>(interval.begin + (interval.end - interval.begin) * u);
        row[1] = static_cast<float>(distribution.weight(u));
        for (std::int64_t j = 0; j < size; ++j) row[3 + j] = static_cast<float>(draws.normal());
        row[2] = goal_drop > 0.0 && draws.uniform() < goal_drop ? 0.0F : 1.0F;
        if (of_delay > 0) row[3 + size] = static_cast<float>(std::floor(draws.uniform() * (largest_delay + 1)));
      });
  return {.times = drawn.select(1, 0),
          .weights = options.time.weight == "none" ? at::Tensor() : drawn.select(1, 1),
          .noise = drawn.slice(1, 3, 3 + size).reshape(actions.sizes()),
          .kept = drawn.select(1, 2),
          .committed = of_delay > 0 ? drawn.select(1, 3 + size) : at::Tensor()};
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

#pragma once
// Random tensors. Numbers are drawn on the CPU row by row, also for runs on CUDA, so that
// draws do not depend on the device.

#include "libfm/core/random.hpp"
#include "libfm/nn/velocity_net.hpp"
#include "libfm/policy_spec/flow_options.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace fm {

/// Fills a row of numbers from its own draws. Rows are filled by several threads. It may be kept (RepeatedDraws), so it
/// refers to nothing that ends with the call.
using FillRow = std::function<void(Draws& draws, float* row)>;

/// (rows, width), of the type and on the device of `like`; row i is drawn at (position, i). Does not wait for a device.
at::Tensor draw_rows(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
                     const at::Tensor& like, const FillRow& fill);

/// Draws for device work that is recorded once and replayed (DeviceGraph). While a Recording exists, draw_rows on this
/// thread draws nothing, and returns tensors that draw() fills before each replay.
class RepeatedDraws {
 public:
  class Recording {
   public:
    /// @param position of the work; draws at later positions are repeated as far ahead
    /// @param count of draws, all of the same size
    Recording(RepeatedDraws& draws, std::uint64_t position, std::int64_t count);
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    ~Recording();
  };

  /// The numbers of the work at this position, into the recorded tensors. Does not wait for the device.
  void draw(std::uint64_t position) const;

  /// As draw_rows, for draw() to fill.
  at::Tensor add(const RandomStream& stream, std::uint64_t position, std::int64_t rows, std::int64_t width,
                 const at::Tensor& like, const FillRow& fill);

 private:
  struct Block {
    RandomStream stream;
    std::uint64_t ahead;  ///< of the work's position
    FillRow fill;
    std::int64_t rows, width, begin;  ///< the last in numbers_
  };
  std::uint64_t recorded_at_ = 0;
  std::int64_t count_ = 0;
  std::vector<Block> blocks_;
  at::Tensor numbers_;  ///< of all blocks, in float32 on the device
  std::int64_t used_ = 0;
};

/// The row index of the coupling's draws, distinct from all rows of a batch.
inline constexpr std::uint32_t coupling_row = 0xFFFFFFFF;

struct FlowDraws {
  at::Tensor times;           ///< (N), in the interval, from the distribution of the options
  at::Tensor weights;         ///< (N), of the rows' losses; undefined: 1
  at::Tensor noise;           ///< (N, H, A) ~ N(0, I)
  at::Tensor kept;            ///< (N), 0 where the goal is dropped, else 1
  at::Tensor committed = {};  ///< (N), how many actions are given; undefined: none
};

/// Draws for a batch of actions (N, H, A), of its type and on its device.
/// @param largest_delay up to which the numbers of given actions are drawn, all equally often; 0: none are given
FlowDraws draw_flow(const RandomStream& stream, std::uint64_t position, const at::Tensor& actions,
                    const FlowOptions& options, const TimeInterval& interval, int largest_delay = 0);

/// Noise (N, count, H, A) ~ N(0, I) in float32 on the CPU; row i is a function of (stream, episodes[i], steps[i]).
at::Tensor draw_noise(const RandomStream& stream, std::span<const std::uint64_t> episodes,
                      std::span<const std::uint32_t> steps, std::int64_t count, std::int64_t action_horizon,
                      std::int64_t actions);

}  // namespace fm

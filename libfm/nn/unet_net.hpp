#pragma once
// A temporal U-Net (Janner et al. 2022; Chi et al. 2023, ConditionalUnet1D): convolutions along the chunk's H noisy actions.
// Each level after the first has half the length, rounded up, so that any H is possible; on the way back up the sequence is
// lengthened to that of the level and joined with what the level had on the way down. Every block is modulated by
// c = mish(W [time, observations, goal]).

#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/residual_convolution.hpp"

#include <memory>
#include <vector>

namespace fm {

class UnetNet final : public ConditionalNet {
 public:
  /// @throws InputError for an even kernel, groups that do not divide the channels, or a group of a single number.
  UnetNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  using Blocks = std::vector<std::shared_ptr<ResidualConvolution>>;

  /// One level; the lowest has no way up.
  struct Level {
    Blocks down;
    std::shared_ptr<Convolution> shorten;  ///< to the next level
    std::shared_ptr<Upsampling> lengthen;  ///< from the next level
    Blocks up;
  };

  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;
  /// @param x (N, channels, L), of the level from above
  at::Tensor pass(std::size_t level, at::Tensor x, const at::Tensor& c) const;

  ConditionFeatures features_;
  std::shared_ptr<Linear> steer_;
  at::Tensor chunk_;  ///< (1, H), learned, in place of z where it is no input
  std::vector<Level> levels_;
  std::shared_ptr<NormalisedConvolution> last_;
  std::shared_ptr<Convolution> leave_;
};

}  // namespace fm

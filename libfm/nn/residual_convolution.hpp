#pragma once
// The residual block of a temporal U-Net (Janner et al. 2022; Chi et al. 2023), modulated by a vector c:
//
//   h = (1 + scale) block_1(x) + shift,   y = block_2(h) + bypass(x),   block(x) = mish(group_norm(conv(x)))
//
// with scale and shift linear in c, the same along the sequence (FiLM, Perez et al. 2018), and bypass the identity, or a
// convolution of kernel 1 where the number of channels changes.

#include "libfm/nn/convolution.hpp"
#include "libfm/nn/linear.hpp"

#include <memory>

namespace fm {

/// mish(group_norm(conv(x))); each group of channels is normalised over all its numbers (Wu and He 2018), then each channel
/// is scaled and shifted.
class NormalisedConvolution final : public torch::nn::Module {
 public:
  /// @param groups divides outputs
  NormalisedConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t groups,
                        const RandomStream& init);

  /// @param x (N, inputs, L)
  /// @return (N, outputs, L)
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::int64_t groups_;
  std::shared_ptr<Convolution> convolution_;
  at::Tensor scale_;  ///< (outputs), initially 1
  at::Tensor shift_;  ///< (outputs), initially 0
};

class ResidualConvolution final : public torch::nn::Module {
 public:
  /// @param conditions numbers of c
  ResidualConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t conditions, std::int64_t kernel,
                      std::int64_t groups, const RandomStream& init);

  /// @param x (N, inputs, L)
  /// @param c (N, conditions)
  /// @return (N, outputs, L)
  at::Tensor forward(const at::Tensor& x, const at::Tensor& c) const;

 private:
  std::shared_ptr<NormalisedConvolution> first_, second_;
  std::shared_ptr<Linear> steer_;
  std::shared_ptr<Convolution> bypass_;  ///< null: the identity
};

}  // namespace fm

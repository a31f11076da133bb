#pragma once
// A residual network whose blocks are modulated by time and condition: c = silu(W [time, observations, goal]), and each
// block, with scale, shift and gate linear in c, computes
//
//   film    x + W_2 silu((1 + scale) W_1 x + shift)                          (Perez et al. 2018)
//   adaln   x + gate W_2 silu(W_1 ((1 + scale) norm(x) + shift))             (Peebles and Xie 2023, adaLN-Zero)
//
// With adaln scale, shift and gate are initially 0, so that every block starts as the identity.

#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/linear.hpp"

#include <memory>
#include <vector>

namespace fm {

class ResidualNet final : public ConditionalNet {
 public:
  ResidualNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  struct Block {
    std::shared_ptr<Linear> steer;
    std::shared_ptr<Linear> first;
    std::shared_ptr<Linear> second;
  };

  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;
  at::Tensor residual(const Block& block, const at::Tensor& x, const at::Tensor& c) const;

  ConditionFeatures features_;
  bool adaptive_norm_;
  std::shared_ptr<Linear> enter_;
  std::shared_ptr<Linear> steer_;
  std::vector<Block> blocks_;
  std::shared_ptr<Linear> leave_;
};

}  // namespace fm

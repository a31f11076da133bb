#pragma once
// The value network: the discounted sum of scaled rewards that the policy is expected to collect from a state.

#include "libfm/nn/conditional_net.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>
#include <vector>

namespace fm {

class Critic final : public torch::nn::Module {
 public:
  /// @param inputs numbers of an observation and a goal
  Critic(int inputs, const std::vector<int>& hidden, const RandomStream& init);

  /// @return (N)
  at::Tensor forward(const Condition& condition) const;

 private:
  std::shared_ptr<Mlp> mlp_;
};

}  // namespace fm

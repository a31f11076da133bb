#pragma once
// A velocity network that joins everything it is given and passes it through a multilayer perceptron.

#include "libfm/nn/mlp.hpp"
#include "libfm/nn/time_embedding.hpp"
#include "libfm/nn/velocity_net.hpp"

#include <memory>

namespace fm {

class MlpVelocityNet final : public VelocityNet {
 public:
  MlpVelocityNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  at::Tensor velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;

  std::shared_ptr<TimeEmbedding> time_embedding_;
  std::shared_ptr<Mlp> mlp_;
  at::Tensor null_goal_;  ///< (G), learned
};

}  // namespace fm

#pragma once
// A small transformer (Vaswani et al. 2017, layer norm first) whose tokens are the H noisy actions, the h observations
// and the goal. Each kind has a linear map of its own into the tokens' width, actions and observations a learned vector
// for each place in the sequence, and the embedded time is added to every token. All tokens attend to all; the velocity
// is read at the actions.

#include "libfm/nn/attention.hpp"
#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>
#include <vector>

namespace fm {

class TransformerVelocityNet final : public VelocityNet {
 public:
  /// @throws InputError if the heads do not divide the width.
  TransformerVelocityNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  struct Layer {
    std::shared_ptr<Attention> attention;
    std::shared_ptr<Mlp> mlp;
  };

  at::Tensor velocity(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;

  ConditionFeatures features_;
  std::shared_ptr<Linear> action_;
  std::shared_ptr<Linear> observation_;  ///< null: there is nothing to observe
  std::shared_ptr<Linear> goal_;         ///< null: there are no goals
  std::shared_ptr<Linear> time_;         ///< null: without time embedding
  at::Tensor action_places_;             ///< (H, width)
  at::Tensor observation_places_;        ///< (h, width)
  std::vector<Layer> layers_;
  std::shared_ptr<Linear> leave_;
};

}  // namespace fm

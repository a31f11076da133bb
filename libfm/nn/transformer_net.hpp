#pragma once
// A small transformer (Vaswani et al. 2017, layer norm first) whose tokens are the H noisy actions, the h observations
// and the goal. Each kind has its own linear embedding, actions and observations have learned position embeddings, and
// the embedded time is added to every token; that of committed actions is 1, since they are without noise. All tokens
// attend to all; the output is read from the action tokens.

#include "libfm/nn/attention.hpp"
#include "libfm/nn/condition_features.hpp"
#include "libfm/nn/mlp.hpp"

#include <memory>
#include <vector>

namespace fm {

class TransformerNet final : public ConditionalNet {
 public:
  /// @throws InputError if the heads do not divide the width.
  TransformerNet(const NetworkOptions& options, const NetworkSizes& sizes, const RandomStream& init);

 private:
  struct Layer {
    std::shared_ptr<Attention> attention;
    std::shared_ptr<Mlp> mlp;
  };

  at::Tensor output(const at::Tensor& z, const at::Tensor& times, const Condition& condition) const override;

  /// The embedded time of every token, (N, tokens, width) or (N, 1, width).
  at::Tensor token_times(const at::Tensor& times, const Condition& condition, std::int64_t tokens) const;

  ConditionFeatures features_;
  std::shared_ptr<Linear> action_;       ///< null: z is no input
  std::shared_ptr<Linear> observation_;  ///< null: there are no observations
  std::shared_ptr<Linear> goal_;         ///< null: there are no goals
  std::shared_ptr<Linear> time_;         ///< null: without time or its embedding
  at::Tensor action_places_;             ///< (H, width)
  at::Tensor observation_places_;        ///< (h, width)
  std::vector<Layer> layers_;
  std::shared_ptr<Linear> leave_;
};

}  // namespace fm

#pragma once
// A model whose samples are known: the newest observation's first number less half of the oldest's, plus 0.1 for each
// step ahead, plus its noise; all normalised.

#include "libfm/evaluation/engine.hpp"
#include "libfm/policy/model_policy.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

namespace fm::test {

class ScriptedModel final : public PolicyModel {
 public:
  /// @param noise a factor for the noise in its samples
  ScriptedModel(const PolicyDescription& d, double noise) : PolicyModel(d), noise_(noise) {
    register_parameter("unused", at::zeros({1}));
  }

  at::Tensor losses(const Batch&, const RandomStream&, std::uint64_t) const override { return at::zeros({1}); }

  at::Tensor sample(const Condition& c, const at::Tensor& noise) const override {
    const at::Tensor seen =
        c.observations.select(1, -1).slice(1, 0, 1) - 0.5 * c.observations.select(1, 0).slice(1, 0, 1);
    return seen.unsqueeze(1) + 0.1 * at::arange(noise.size(2)).view({1, -1, 1}) + noise_ * noise.select(1, 0);
  }

 private:
  double noise_;
};

/// What evaluates a model in LibTorch, wherever its weights come from.
inline PredictorFactory libtorch_engine(std::shared_ptr<const PolicyModel> model) {
  return [model] { return std::make_unique<ModelPredictor>(model); };
}

}  // namespace fm::test

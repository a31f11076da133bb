#pragma once
// A conditional normalising flow of affine coupling layers (Dinh et al. 2017, RealNVP): an invertible map between noise
// and actions, trained by the exact likelihood and sampled in one pass.
//
//   each layer keeps one half of the numbers, and maps the others: y = x exp(s) + t, with s and t functions of the kept
//   half and the condition; halves alternate
//
// A coupling needs two numbers. A single action gets a companion that is noise in the data too (Huang et al. 2020,
// augmented normalizing flows); the likelihood is that of the pair.

#include "libfm/nn/mlp.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class NormalisingFlowModel final : public PolicyModel {
 public:
  NormalisingFlowModel(const PolicyDescription& description, const RandomStream& init);

  /// -log p of actions and companion, mean over rows, by their number.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  /// @throws InputError for a single number: what is known is the pair's density, not its own.
  at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                             const at::Tensor& probes) const override;
  std::int64_t noises() const override { return companions_ > 0 ? 2 : 1; }
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t evaluations() const override { return evaluations_; }

  /// Noise (N, D) to actions (N, D), and back with the logarithm of the back map's Jacobian determinant (N).
  at::Tensor forward_map(at::Tensor z, const at::Tensor& condition) const;
  std::pair<at::Tensor, at::Tensor> backward_map(at::Tensor x, const at::Tensor& condition) const;

 private:
  /// Logarithm of the scale, and shift, of the changed half.
  std::pair<at::Tensor, at::Tensor> affine(std::size_t layer, const at::Tensor& kept,
                                           const at::Tensor& condition) const;

  /// Of actions, and their companion, (N, D): (N).
  at::Tensor log_density(const at::Tensor& x, const at::Tensor& condition) const;

  std::int64_t size_;        ///< H A
  std::int64_t companions_;  ///< 1 where a row has a single number
  std::vector<std::shared_ptr<Mlp>> layers_;
  mutable std::atomic<std::int64_t> evaluations_ = 0;
};

}  // namespace fm

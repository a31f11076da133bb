#pragma once
// A conditional normalising flow of affine coupling layers (Dinh et al. 2017, RealNVP): an invertible map between noise
// and actions, trained by the exact likelihood and sampled in one pass.
//
//   each layer keeps one half of the dimensions and maps the other: y = x exp(s) + t, with s and t functions of the
//   kept half and the condition; the halves alternate
//
// A coupling needs two dimensions. A one-dimensional action is augmented with a dimension of noise (Huang et al. 2020,
// augmented normalizing flows); the likelihood is then that of the pair.

#include "libfm/nn/mlp.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class NormalisingFlowModel final : public PolicyModel {
 public:
  NormalisingFlowModel(const PolicyDescription& description, const RandomStream& init);

  /// (N), -log p of the (augmented) actions, divided by their number of dimensions.
  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  /// @throws InputError for a one-dimensional action: only the density of the augmented pair is known.
  void check_density(const SamplerOptions& sampler) const override;
  at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                             const at::Tensor& probes) const override;
  std::int64_t noises() const override { return extra_dimensions_ > 0 ? 2 : 1; }
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

  /// Maps noise (N, D) to actions (N, D).
  /// @param condition (N, C)
  at::Tensor forward_map(at::Tensor z, const at::Tensor& condition) const;
  /// The inverse, with the log determinant of its Jacobian (N).
  std::pair<at::Tensor, at::Tensor> backward_map(at::Tensor x, const at::Tensor& condition) const;

 private:
  /// Logarithm of the scale, and shift, of the changed half.
  std::pair<at::Tensor, at::Tensor> affine(std::size_t layer, const at::Tensor& kept,
                                           const at::Tensor& condition) const;

  /// (N), for (augmented) actions (N, D).
  at::Tensor log_density(const at::Tensor& x, const at::Tensor& condition) const;

  std::int64_t size_;              ///< H A
  std::int64_t extra_dimensions_;  ///< 1 if the action has a single dimension, else 0
  std::vector<std::shared_ptr<Mlp>> layers_;
};

}  // namespace fm

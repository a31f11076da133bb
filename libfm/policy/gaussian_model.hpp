#pragma once
// A Gaussian-mixture head (Bishop 1994, mixture density networks): p(a | s) = sum_k w_k N(a; m_k, diag d_k^2), trained
// by its likelihood. The mixture is over the whole chunk (H, A).

#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class GaussianModel final : public PolicyModel {
 public:
  GaussianModel(const PolicyDescription& description, const RandomStream& init);

  /// (N), -log p(a | s) divided by the number of action dimensions.
  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  /// The first noise sample selects the component (its first number through the normal distribution function), the
  /// second draws from the component's Gaussian.
  std::int64_t noises() const override { return 2; }
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

  void check_density(const SamplerOptions&) const override {}
  at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                             const at::Tensor& probes = {}) const override;

 private:
  struct Mixture {
    at::Tensor log_weights;  ///< (N, K)
    at::Tensor means;        ///< (N, K, H A)
    at::Tensor log_scales;   ///< (N, K, H A)
  };

  Mixture mixture(const Condition& condition) const;

  std::shared_ptr<VelocityNet> net_;
};

}  // namespace fm

#pragma once
// Behaviour cloning by regression: baselines for flow matching. Neither samples noise when acting, so for
// demonstrations with two modes both act between the modes, or always in the same one.
//
//   mse   a = f(0, 0 | s), squared error: the conditional mean
//   mip   two steps, both supervised (Pan et al. 2025, "Much Ado About Noising", 2512.01809): a0 = f(0, 0 | s), then
//         a = f(t a0, t | s) with t = policy.mip.time. In training the second sees t a + (1 - t) z0 with z0 ~ N(0, I).

#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class MseModel final : public PolicyModel {
 public:
  MseModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

 private:
  std::shared_ptr<VelocityNet> net_;
};

class MipModel final : public PolicyModel {
 public:
  MipModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;

 private:
  std::shared_ptr<VelocityNet> net_;
};

}  // namespace fm

#pragma once
// Behaviour cloning by regression: what flow matching must be compared with before it is worth its steps. Neither draws
// noise in acting, so where demonstrations have two modes both act between them, or on one of them always.
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

  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t evaluations() const override { return net_->evaluations(); }

 private:
  std::shared_ptr<VelocityNet> net_;
};

class MipModel final : public PolicyModel {
 public:
  MipModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t evaluations() const override { return net_->evaluations(); }

 private:
  std::shared_ptr<VelocityNet> net_;
};

}  // namespace fm

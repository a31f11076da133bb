#pragma once
// Policies that learn from a trained flow policy instead of from data. Both begin with noise z0 and let the teacher
// carry it to x1; the pairs (z0, x1) lie on the teacher's flow and never cross.
//
//   reflow     a flow trained on these pairs: its lines are straighter, so fewer steps suffice (Liu et al. 2023)
//   one_step   x1 = z + f(z, 0), regressed for z = temperature z0 at the teacher's temperature: its whole flow in one
//              network evaluation (Luhman and Luhman 2021). A student of the same network as a flow that predicts
//              velocities begins with its weights: as its single Euler step, where the path begins with z0 itself.

#include "libfm/policy/flow_model.hpp"

#include <memory>

namespace fm {

class ReflowModel final : public FlowModel {
 public:
  using FlowModel::FlowModel;

  /// @throws InputError for a teacher whose actions do not depend on the noise.
  void set_teacher(std::shared_ptr<const PolicyModel> teacher) override;

 private:
  /// @throws InputError if there is no teacher.
  Pairs pair(const Batch& batch, const at::Tensor& noise, Draws draws) const override;

  std::shared_ptr<const PolicyModel> teacher_;
};

class OneStepModel final : public PolicyModel {
 public:
  OneStepModel(const PolicyDescription& description, const RandomStream& init);

  /// The squared distance to what the teacher executes. Beyond a bound of the actions at which the teacher is, the
  /// student executes the same: there it costs nothing.
  /// @throws InputError if there is no teacher.
  at::Tensor loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  std::int64_t evaluations() const override { return net_->evaluations(); }
  /// @throws InputError for a teacher whose actions do not depend on the noise, and if the student is to be sampled
  /// warmer than the teacher: it would begin where it never was.
  void set_teacher(std::shared_ptr<const PolicyModel> teacher) override;

 private:
  /// @param z (N, H, A)
  at::Tensor jump(const Condition& condition, const at::Tensor& z) const;

  std::shared_ptr<VelocityNet> net_;
  std::shared_ptr<const PolicyModel> teacher_;
};

}  // namespace fm

#pragma once
// Policies distilled from a trained teacher policy instead of learned from data. Both map noise z0 to x1 with the
// teacher; the pairs (z0, x1) are ends of trajectories of the teacher's flow, which do not cross.
//
//   reflow     a flow trained on these pairs: its trajectories are straighter and need fewer steps (Liu et al. 2023)
//   one_step   x1 = z + f(z, 0), regressed for z = temperature z0 at the teacher's temperature: the teacher's flow in
//              one network evaluation (Luhman and Luhman 2021). If the teacher is a flow that predicts velocities with
//              the same network, the student is initialised with its weights: as the teacher's single Euler step, on
//              paths that start at z0 itself.

#include "libfm/policy/flow_model.hpp"

#include <memory>

namespace fm {

class ReflowModel final : public FlowModel {
 public:
  using FlowModel::FlowModel;

  /// @throws InputError for a teacher whose actions do not depend on the noise.
  void check_teacher(const PolicyModel& teacher) const override;

 private:
  /// @throws InputError if there is no teacher.
  Pairs pair(const Batch& batch, const at::Tensor& noise, Draws draws) const override;
};

class OneStepModel final : public PolicyModel {
 public:
  OneStepModel(const PolicyDescription& description, const RandomStream& init);

  /// The squared distance to the action that the teacher executes. Where both actions are clipped to the same bound the
  /// loss is 0, since both execute the same.
  /// @throws InputError if there is no teacher.
  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  /// @throws InputError for a teacher whose actions do not depend on the noise, and if the student's
  /// sampler.temperature is above the teacher's, outside of its training range.
  void check_teacher(const PolicyModel& teacher) const override;

 private:
  void teacher_changed() override;
  /// @param z (N, H, A)
  at::Tensor jump(const Condition& condition, const at::Tensor& z) const;

  std::shared_ptr<VelocityNet> net_;
};

}  // namespace fm

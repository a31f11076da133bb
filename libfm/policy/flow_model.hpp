#pragma once
// The flow-matching policy: a velocity field learned by conditional flow matching, sampled by solving its ODE.

#include "libfm/flow/coupling.hpp"
#include "libfm/flow/flow_matching_loss.hpp"
#include "libfm/flow/ode_sampler.hpp"
#include "libfm/flow/sde_sampler.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/policy_model.hpp"

#include <memory>

namespace fm {

class FlowModel : public PolicyModel {
 public:
  FlowModel(const PolicyDescription& description, const RandomStream& init);

  at::Tensor losses(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  at::Tensor training_loss(const Batch& batch, const RandomStream& stream, std::uint64_t position) const override;
  std::int64_t noises() const override;
  at::Tensor sample(const Condition& condition, const at::Tensor& noise) const override;
  at::Tensor refine(const Condition& condition, const at::Tensor& noise, const at::Tensor& guess) const override;
  /// By the instantaneous change of variables with 50 steps of rk4, and the exact divergence if probes are undefined.
  /// If the path's interval ends before 1, the density is that of the point at its end.
  at::Tensor log_probability(const Condition& condition, const at::Tensor& actions,
                             const at::Tensor& probes) const override;
  void check_density(const SamplerOptions& sampler) const override;
  void check_sampler(const SamplerOptions& sampler) const override;

  /// The same as sample, with the trajectory of z.
  OdeSolution trace(const Condition& condition, const at::Tensor& noise) const;

  /// @param z (N, H, A)
  /// @param t (N)
  /// @return (N, H, A)
  at::Tensor velocity(const Condition& condition, const at::Tensor& z, const at::Tensor& t) const;

  /// The loss for given noise z0 (N, H, A) and times (N), in the sampler's interval. @return (N), as losses()
  at::Tensor pair_losses(const Condition& condition, const at::Tensor& x1, const at::Tensor& z0,
                         const at::Tensor& times) const {
    return loss_.row_losses(*net_, x1, z0, times, condition);
  }

  const OdeSampler& sampler() const { return *sampler_; }

 protected:
  /// The ends of a batch's paths.
  struct Pairs {
    at::Tensor x1;  ///< (N, H, A)
    at::Tensor z0;
  };

 private:
  void sampler_changed() override;
  virtual Pairs pair(const Batch& batch, const at::Tensor& noise, Draws draws) const;

  /// The inputs of the loss.
  struct Drawn {
    Pairs pairs;
    at::Tensor times;    ///< (N)
    at::Tensor weights;  ///< (N), or undefined
    Condition condition;
  };
  Drawn draw(const Batch& batch, const RandomStream& stream, std::uint64_t position) const;
  at::Tensor losses(const Drawn& drawn) const;
  OdeSolution solve(const Condition& condition, const at::Tensor& noise, Record record) const;

  FlowOptions flow_;
  std::shared_ptr<VelocityNet> net_;
  std::shared_ptr<VelocityNet> null_net_;  ///< network without a goal; null: net_ uses its learned null goal
  FlowMatchingLoss loss_;
  Coupling coupling_;
  std::shared_ptr<OdeSampler> sampler_;
  std::shared_ptr<SdeSampler> stochastic_;  ///< null: the sampler is deterministic
};

}  // namespace fm

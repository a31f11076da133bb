#pragma once
// The realtime engine as a Policy. Given the same noise, its actions equal ModelPolicy's within rounding.

#include "libfm/policy_spec/chunked_policy.hpp"
#include "libfm/realtime/realtime_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class RealtimePredictor final : public Predictor {
 public:
  explicit RealtimePredictor(std::shared_ptr<const RealtimeModel> model) : model_(std::move(model)) {}

  const PolicyDescription& description() const override { return model_->description(); }
  int noises() const override { return model_->noises(); }
  void prepare(int rows) override;
  /// Up to rows_per_thread rows are predicted without allocations, locks or system calls; more are distributed over the
  /// threads of core/parallel.hpp.
  void predict(const PredictionRows& rows) override;
  void execute(const FloatMatrix& normalised, const Matrix& references, Matrix& actions) const override;

  static constexpr int rows_per_thread = 96;

 private:
  std::shared_ptr<const RealtimeModel> model_;
  FloatMatrix observations_, goals_;  ///< normalised
  std::vector<RealtimeWorkspace> workspaces_;
};

/// After a reset, once the output has its size, up to RealtimePredictor::rows_per_thread rows act without allocations,
/// locks or system calls.
class RealtimePolicy final : public ChunkedPolicy {
 public:
  /// @param noise stream of the sampler's noise, indexed by (episode, step)
  /// @throws InputError as ChunkedPolicy does.
  RealtimePolicy(std::shared_ptr<const RealtimeModel> model, const RandomStream& noise)
      : ChunkedPolicy(std::make_unique<RealtimePredictor>(std::move(model)), noise) {}
};

}  // namespace fm

#pragma once
// The realtime engine in the role of a Policy. Given the same noise it acts as ModelPolicy does, within rounding.

#include "libfm/policy_spec/chunked_policy.hpp"
#include "libfm/realtime/realtime_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class RealtimePredictor final : public Predictor {
 public:
  explicit RealtimePredictor(std::shared_ptr<const RealtimeModel> model) : model_(std::move(model)) {}

  const PolicyDescription& description() const override { return model_->description(); }
  void prepare(int rows) override;
  /// Up to rows_a_thread rows are predicted without an allocation, a lock or a system call; more are shared among the
  /// threads of core/parallel.hpp.
  void predict(const PredictionRows& rows) override;
  void execute(Matrix& actions) const override;

  static constexpr int rows_a_thread = 96;

 private:
  std::shared_ptr<const RealtimeModel> model_;
  Matrix observations_, goals_;  ///< normalised
  std::vector<RealtimeWorkspace> workspaces_;
};

/// After a reset, and once the output has had its size, up to RealtimePredictor::rows_a_thread rows act without an
/// allocation, a lock or a system call.
class RealtimePolicy final : public ChunkedPolicy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  RealtimePolicy(std::shared_ptr<const RealtimeModel> model, const RandomStream& noise)
      : ChunkedPolicy(std::make_unique<RealtimePredictor>(std::move(model)), noise) {}
};

}  // namespace fm

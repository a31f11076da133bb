#pragma once
// The realtime engine in the role of a Policy. Given the same noise it acts as ModelPolicy does, within rounding.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/model/receding_horizon.hpp"
#include "libfm/realtime/realtime_model.hpp"

#include <memory>
#include <vector>

namespace fm {

class RealtimePolicy final : public Policy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  RealtimePolicy(std::shared_ptr<const RealtimeModel> model, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) override;

  /// After a reset, and once `output` has had its size, up to rows_a_thread rows act without an allocation, a lock or a
  /// system call; more are shared among the threads of core/parallel.hpp. Actions are clipped to the bounds of the
  /// environment's specification.
  void act(const PolicyInput& input, PolicyOutput& output) override { act_from(input, nullptr, output); }

  /// The same with noise (N, noise_size()) from the caller in place of the stream's; null: the stream's.
  void act_from(const PolicyInput& input, const Matrix* noise, PolicyOutput& output);

  /// Numbers of noise for one prediction: (H A), and as many again where sampler.action_noise adds noise to actions.
  int noise_size() const { return noise_size_; }

  static constexpr int rows_a_thread = 96;

 private:
  void resize(int rows);
  /// Makes predictions for the rows in due_, all with a last one to begin from, or all without.
  void predict(const PolicyInput& input, const Matrix* noise, bool from_last);
  void gather(const PolicyInput& input, const Matrix* noise, bool from_last);
  void sample(int begin, int end, RealtimeWorkspace& workspace, bool from_last);

  std::shared_ptr<const RealtimeModel> model_;
  RandomStream noise_;
  RecedingHorizon horizon_;
  int noise_size_;
  std::vector<int> due_;
  // Of the rows in due_, one after the other.
  Matrix observations_, goals_, noises_, z0_, guesses_, predictions_;
  std::vector<float> action_;  ///< (A), normalised
  std::vector<RealtimeWorkspace> workspaces_;
};

}  // namespace fm

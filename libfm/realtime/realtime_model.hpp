#pragma once
// A trained policy in the realtime engine: loaded from a checkpoint without LibTorch, sampled without allocations,
// locks or system calls. The counterpart of policy/policy_model.hpp, with the same actions within rounding.

#include "libfm/core/safetensors.hpp"
#include "libfm/realtime/network.hpp"
#include "libfm/realtime/sampling_plan.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fm {

struct RealtimeOptions {
  Precision precision = Precision::float32;    ///< of the weights between hidden layers and to the output
  std::optional<SamplerOptions> sampler = {};  ///< in place of the checkpoint's
  const Kernels* kernels = &realtime_kernels.best();
};

/// Inputs and output of sampling; rows are contiguous.
struct RealtimeSample {
  int rows;
  const float* observations;  ///< (rows, h O), oldest first, normalised
  const float* goals;         ///< (rows, G), normalised
  const float* noise;         ///< (rows, noises H A) ~ N(0, 1)
  const float* guess;         ///< (rows, H A), as PredictionRows::guesses
  float* actions;             ///< (rows, H A), normalised; output
};

/// The buffers of one thread.
struct RealtimeWorkspace {
  int rows = 0;                               ///< sampled together
  AlignedVector<float> features;              ///< of each branch, (2 rows, condition)
  AlignedVector<float> state, point;          ///< z and x of the plan, (rows, H A)
  AlignedVector<float> input, output;         ///< of the networks, (2 rows, H A)
  AlignedVector<float> slopes;                ///< k, (stages, rows, H A)
  std::vector<AlignedVector<float>> scratch;  ///< of each branch
};

class RealtimeModel {
 public:
  /// @param where prefix of every error
  /// @throws InputError if the content is not a checkpoint, or its policy is not supported by the engine.
  RealtimeModel(const SafeTensors& content, const std::string& where, const RealtimeOptions& options = {});

  const PolicyDescription& description() const { return description_; }
  /// H A.
  int prediction_size() const { return size_; }
  /// Samples of noise (H, A) per prediction.
  int noises() const { return plans_.from_noise.noises(); }

  /// Buffers for up to `rows` rows; larger samples are processed in blocks.
  RealtimeWorkspace workspace(int rows) const;

  /// Observations (h O) and goals (G) in the environment's units, normalised.
  void normalise_observations(std::span<const double> observations, float* normalised) const;
  void normalise_goal(std::span<const double> goal, float* normalised) const;

  void sample(const RealtimeSample& sample, RealtimeWorkspace& workspace) const;

  /// Converts a normalised action (A) to the environment's units, clipped to its bounds.
  /// @param reference (A), what it is relative to, 0 for an absolute one
  void execute(const float* normalised, const double* reference, double* action) const;

 private:
  /// A network and the conditions it is evaluated with: both for guidance with a learned null goal.
  struct Branch {
    std::unique_ptr<RealtimeNetwork> network;
    NetworkShape shape;
    std::vector<float> null_goal;
    bool with_goal;
    bool without_goal;
  };

  void add_branches(const CheckpointWeights& weights, const RealtimeOptions& options);
  void sample_block(const RealtimeSample& sample, RealtimeWorkspace& w) const;
  void condition(std::size_t branch, const RealtimeSample& sample, int begin, int end, RealtimeWorkspace& w) const;
  void evaluate(int index, float scale, int rows, RealtimeWorkspace& w) const;
  int branch_rows(const Branch& branch, int rows) const {
    return rows * (static_cast<int>(branch.with_goal) + static_cast<int>(branch.without_goal));
  }

  PolicyDescription description_;
  SamplingPlans plans_;
  std::vector<Branch> branches_;
  VisibleInputs visible_;
  int size_;  ///< H A
  int stages_;
};

/// @throws InputError for a policy, network or sampler that the engine does not support.
void check_runs_realtime(const PolicyDescription& description);

/// Loads a checkpoint. @throws InputError as above, and if the file is missing or not a checkpoint.
std::shared_ptr<const RealtimeModel> load_realtime(const std::filesystem::path& checkpoint,
                                                   const RealtimeOptions& options = {});

}  // namespace fm

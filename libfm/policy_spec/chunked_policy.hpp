#pragma once
// A trained policy in the role of a Policy, whatever computes its predictions: history, chunks of actions, warm starts
// and noise are handled here, once; a Predictor turns rows of observations into rows of actions.

#include "libfm/core/random.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"

#include <memory>
#include <vector>

namespace fm {

/// Rows to predict for, one after the other in each array.
struct PredictionRows {
  int rows;
  const float* observations;  ///< (rows, h O), oldest first, in the environment's units
  const float* goals;         ///< (rows, G), in the environment's units
  const float* noise;         ///< (rows, noises H A) ~ N(0, 1)
  const float* guesses;       ///< (rows, H A), normalised, to begin from; null: from noise alone
  float* actions;             ///< (rows, H A), normalised: to be filled
};

/// Computes predictions: LibTorch's model or the realtime engine. An object belongs to one thread at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual const PolicyDescription& description() const = 0;
  /// How many noises (H, A) a prediction is made from.
  virtual int noises() const { return 1; }
  /// At most this many rows are asked for together, until the next call. For buffers.
  virtual void prepare(int /*rows*/) {}
  /// Rows do not depend on each other, to the last bit, except between prepare(1) and prepare() of several.
  virtual void predict(const PredictionRows& rows) = 0;
  /// Normalised actions (rows, A) in the environment's units, within their bounds. In place.
  virtual void execute(Matrix& actions) const = 0;
};

class ChunkedPolicy : public Policy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  ChunkedPolicy(std::unique_ptr<Predictor> predictor, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) final;
  /// After a reset, and once `output` has had its size, nothing is allocated here. Actions are clipped to the bounds of
  /// the environment's specification.
  void act(const PolicyInput& input, PolicyOutput& output) final { act_from(input, nullptr, output); }
  /// The same with noise (N, noise_size()) from the caller in place of the stream's; null: the stream's.
  void act_from(const PolicyInput& input, const Matrix* noise, PolicyOutput& output);

  /// Numbers of noise for one prediction: noises (H A), and H A more where sampler.action_noise adds noise to actions.
  int noise_size() const { return noise_size_; }

 private:
  void prepare(int rows);
  /// Makes predictions for the rows in due_, all with a last one to begin from, or all without.
  void predict(const PolicyInput& input, const Matrix* noise, bool from_last);
  void gather(const PolicyInput& input, const Matrix* noise, bool from_last);

  std::unique_ptr<Predictor> predictor_;
  RandomStream noise_;
  RecedingHorizon horizon_;
  int noise_size_;
  std::vector<int> due_;  ///< rows of the input
  // Of the rows in due_, one after the other.
  Matrix observations_, goals_, noises_, guesses_, predictions_;
  Matrix action_noises_;
};

}  // namespace fm

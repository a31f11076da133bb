#pragma once
// A trained policy as a Policy, independent of the engine that computes its predictions: history, action chunks and
// their delay, warm starts, noise and the limit on the actions' rate are handled here; a Predictor maps rows of
// observations to rows of actions.

#include "libfm/core/random.hpp"
#include "libfm/policy_spec/rate_limit.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"

#include <memory>
#include <vector>

namespace fm {

/// A batch to predict; rows are contiguous in each array.
struct PredictionRows {
  int rows;
  const double* observations;  ///< (rows, h O), oldest first, in the environment's units
  const double* goals;         ///< (rows, G), in the environment's units
  const float* noise;          ///< (rows, noises H A) ~ N(0, 1)
  /// (rows, H A), the last predictions from the current step on, normalised: initial guesses of sampler.warm_start, or
  /// what sampler.prefix continues; null: there are none.
  const float* guesses;
  float* actions;  ///< (rows, H A), normalised; output
};

/// Computes predictions: LibTorch's model or the realtime engine. An object may be used by one thread at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;
  virtual const PolicyDescription& description() const = 0;
  /// Number of noise samples (H, A) per prediction.
  virtual int noises() const { return 1; }
  /// Allocates buffers: until the next call, at most this many rows are predicted together.
  virtual void prepare(int /*rows*/) {}
  /// Rows are bitwise independent of each other, except that results may differ in rounding between prepare(1) and
  /// prepare() for several rows.
  virtual void predict(const PredictionRows& rows) = 0;
  /// Converts normalised actions (rows, A) to the environment's units, clipped to its bounds.
  /// @param references (rows, A), what they are relative to, 0 for absolute ones
  /// @param actions (rows, A), sized by the caller
  virtual void execute(const FloatMatrix& normalised, const Matrix& references, Matrix& actions) const = 0;
};

class ChunkedPolicy : public Policy {
 public:
  /// @param noise stream of the sampler's noise, indexed by (episode, step)
  /// @throws InputError as RecedingHorizon and RateLimit do.
  ChunkedPolicy(std::unique_ptr<Predictor> predictor, const RandomStream& noise);

  void reset(int copies, std::span<const int> rows) final;
  /// Does not allocate after a reset, once `output` has its size. Actions are clipped to the bounds of the
  /// environment's specification, then limited in their rate.
  void act(const PolicyInput& input, PolicyOutput& output) final { act_from(input, nullptr, output); }
  /// The same with the caller's noise (N, noise_size()); null: the stream's noise.
  void act_from(const PolicyInput& input, const FloatMatrix* noise, PolicyOutput& output);

  /// Noise numbers per prediction: noises() H A, plus H A if sampler.action_noise adds noise to actions.
  int noise_size() const { return noise_size_; }

 private:
  void prepare(int rows);
  /// Predicts for the rows in due_, either all from their last prediction or all from noise.
  void predict(const PolicyInput& input, const FloatMatrix* noise, bool from_last);
  void gather(const PolicyInput& input, const FloatMatrix* noise, bool from_last);

  std::unique_ptr<Predictor> predictor_;
  RandomStream noise_;
  RecedingHorizon horizon_;
  RateLimit rate_limit_;
  int noise_size_;
  std::vector<int> due_;  ///< rows of the input
  // Inputs and outputs of the rows in due_, contiguous.
  Matrix observations_, goals_;
  FloatMatrix noises_, guesses_, predictions_, action_noises_;
  FloatMatrix actions_;  ///< (N, A), normalised
  Matrix references_;    ///< (N, A), what they are relative to
};

}  // namespace fm

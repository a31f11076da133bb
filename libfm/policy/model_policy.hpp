#pragma once
// A trained model as a Policy, for rollouts, evaluation and the launcher.

#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include <memory>

namespace fm {

class ModelPredictor final : public Predictor {
 public:
  explicit ModelPredictor(std::shared_ptr<const PolicyModel> model);

  const PolicyDescription& description() const override { return model_->description(); }
  int noises() const override { return static_cast<int>(model_->noises()); }
  void prepare(int rows) override { single_row_ = rows == 1; }
  /// Matrix products round a row differently in batches of different sizes. Rows are therefore predicted in batches of
  /// batch_rows, the last one padded, so that a row's result does not depend on the others. After prepare(1), as in a
  /// control loop, a row is its own batch.
  void predict(const PredictionRows& rows) override;
  void execute(const FloatMatrix& normalised, Matrix& actions) const override;

  /// A multiple of the rows that matrix products process together (4, 6, 8, 12 or 24, by processor and library).
  static constexpr int batch_rows = 48;

 private:
  void predict_batch(const PredictionRows& rows) const;

  std::shared_ptr<const PolicyModel> model_;
  at::TensorOptions options_;
  bool single_row_ = true;
};

class ModelPolicy final : public ChunkedPolicy {
 public:
  /// @param noise stream of the sampler's noise, indexed by (episode, step)
  /// @throws InputError if sampler.executed exceeds policy.horizon.prediction.
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
      : ChunkedPolicy(std::make_unique<ModelPredictor>(std::move(model)), noise) {}
};

}  // namespace fm

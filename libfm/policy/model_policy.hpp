#pragma once
// A trained model in the role of a Policy: what rollouts, evaluation and the launcher let act.

#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include <memory>

namespace fm {

class ModelPredictor final : public Predictor {
 public:
  explicit ModelPredictor(std::shared_ptr<const PolicyModel> model);

  const PolicyDescription& description() const override { return model_->description(); }
  int noises() const override { return static_cast<int>(model_->noises()); }
  void prepare(int rows) override { alone_ = rows == 1; }
  /// Matrix products round a row differently in batches of different sizes, so rows are predicted in batches of
  /// batch_rows, the last one filled up: a row's result then depends on the row alone. A single row, as in a control
  /// loop, is its own batch.
  void predict(const PredictionRows& rows) override;
  void execute(Matrix& actions) const override;

  /// A multiple of the rows that matrix products take together (4, 6, 8, 12 or 24, by processor and library).
  static constexpr int batch_rows = 48;

 private:
  void predict_batch(const PredictionRows& rows) const;

  std::shared_ptr<const PolicyModel> model_;
  at::TensorOptions options_;
  bool alone_ = true;
};

class ModelPolicy final : public ChunkedPolicy {
 public:
  /// @param noise where the sampler's noise comes from, by (episode, step)
  /// @throws InputError if sampler.executed is more than what is predicted.
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
      : ChunkedPolicy(std::make_unique<ModelPredictor>(std::move(model)), noise) {}
};

}  // namespace fm

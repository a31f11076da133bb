#pragma once
// A trained model as a Policy, for rollouts, evaluation and the launcher.

#include "libfm/nn/cuda_support.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include <memory>

namespace fm {

class ModelPredictor final : public Predictor {
 public:
  explicit ModelPredictor(std::shared_ptr<const PolicyModel> model);

  const PolicyDescription& description() const override { return model_->description(); }
  int noises() const override { return static_cast<int>(model_->noises()); }
  /// Matrix products round a row differently in batches of different sizes. Rows are therefore predicted in batches of the
  /// same size, the last one padded, so that a row's result does not depend on the others: batch_rows on the CPU, on CUDA
  /// all prepared rows, at least cuda_batch_rows. After prepare(1), as in a control loop, a row is its own batch.
  void prepare(int rows) override;
  void predict(const PredictionRows& rows) override;
  void execute(const FloatMatrix& normalised, const Matrix& references, Matrix& actions) const override;

  /// A multiple of the rows that matrix products process together (4, 6, 8, 12 or 24, by processor and library).
  static constexpr int batch_rows = 48;
  /// At least the copies that a rollout steps together on a thread, whose number then changes no bit.
  static constexpr int cuda_batch_rows = 256;

 private:
  /// A batch of rows_ rows on the device.
  struct DeviceBatch {
    Condition condition;
    at::Tensor noise;
    at::Tensor guesses;  ///< undefined: start from noise
    at::Tensor actions;  ///< output
  };

  /// The prediction of a batch as device work that is repeated: the first times kernel by kernel, then as a graph.
  struct Repeated {
    int runs = 0;
    DeviceBatch batch;
    std::unique_ptr<DeviceGraph> graph;
  };

  void predict_batch(const PredictionRows& rows);
  DeviceBatch load(const PredictionRows& rows) const;
  at::Tensor sampled(const DeviceBatch& batch) const;
  at::Tensor repeated(const DeviceBatch& batch, Repeated& work) const;

  std::shared_ptr<const PolicyModel> model_;
  at::TensorOptions options_;
  DeviceStream stream_;
  bool records_;  ///< whether predictions can be recorded
  int rows_ = 1;  ///< of a batch
  Repeated from_noise_, from_guess_;
};

class ModelPolicy final : public ChunkedPolicy {
 public:
  /// @param noise stream of the sampler's noise, indexed by (episode, step)
  /// @throws InputError as ChunkedPolicy does.
  ModelPolicy(std::shared_ptr<const PolicyModel> model, const RandomStream& noise)
      : ChunkedPolicy(std::make_unique<ModelPredictor>(std::move(model)), noise) {}
};

}  // namespace fm

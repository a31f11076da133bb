#include "scripts/benchmarks/works.hpp"

#include "libfm/nn/device.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/train/adamw.hpp"
#include "libfm/train/training_data.hpp"

#include <ATen/ops/from_blob.h>

#include <numeric>

namespace fm::bench {
namespace {

constexpr int data_rows = 20480;

Rows recorded(const PolicySizes& sizes) {
  Rows rows{.observations = normal_matrix(data_rows, sizes.observations),
            .goals = Matrix(data_rows, 0),
            .actions = normal_matrix(data_rows, sizes.actions),
            .begin = std::vector<std::int64_t>(data_rows),
            .end = std::vector<std::int64_t>(data_rows)};
  std::iota(rows.begin.begin(), rows.begin.end(), 0);
  std::iota(rows.end.begin(), rows.end.end(), 1);
  return rows;
}

std::shared_ptr<PolicyModel> make_model(const PolicySizes& sizes, c10::Device device) {
  auto model = make_policy_model(describe(sizes), RandomStream(0, "init"));
  model->to(device);
  return model;
}

/// The step of train/trainer.cpp.
class Training {
 public:
  Training(const PolicySizes& sizes, int batch, std::string precision, c10::Device device)
      : batch_(batch), precision_(std::move(precision)), model_(make_model(sizes, device)),
        data_(recorded(sizes), *model_), optimiser_(model_->parameters(), {.weight_decay = 1e-4}) {}

  void epoch() {
    std::vector<std::int64_t> indices = permutation(shuffles_, epoch_++, data_rows);
    const at::Tensor order = at::from_blob(indices.data(), {data_rows}, at::kLong);
    at::Tensor loss;
    for (std::int64_t begin = 0; begin < data_rows; begin += batch_) {
      loss = step(data_.batch(order.slice(0, begin, begin + batch_)));
    }
    loss.item();  // on CUDA: waits until all steps are done
  }

 private:
  at::Tensor step(const Batch& batch) {
    const at::Tensor loss = [&] {
      const ProductPrecision precision(precision_, batch.actions.device().type());
      return model_->training_loss(batch, draws_, position_++);
    }();
    if (loss.requires_grad()) loss.backward();
    optimiser_.step(1e-3);
    return loss.detach();
  }

  int batch_;
  std::string precision_;
  std::shared_ptr<PolicyModel> model_;
  TrainingData data_;
  AdamW optimiser_;
  RandomStream shuffles_{0, "shuffle"};
  RandomStream draws_{0, "batch"};
  std::uint64_t epoch_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace

TimedWork train_work(const PolicySizes& sizes, int batch, const std::string& precision, const std::string& device) {
  const auto training = std::make_shared<Training>(sizes, batch, precision, find_device(device));
  return {.run = [training] { training->epoch(); }, .units = data_rows / batch};
}

}  // namespace fm::bench

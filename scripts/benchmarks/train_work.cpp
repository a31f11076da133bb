#include "scripts/benchmarks/works.hpp"

#include "libfm/nn/device.hpp"
#include "libfm/train/epoch.hpp"
#include "libfm/train/training_steps.hpp"

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

class Training {
 public:
  Training(const PolicySizes& sizes, int batch, const std::string& precision, c10::Device device)
      : stream_(device), model_(make_model(sizes, device)), data_(recorded(sizes), *model_),
        optimiser_(model_->parameters(), {.weight_decay = 1e-4}),
        take_steps_(*model_, optimiser_, precision, RandomStream(0, "batch")),
        epoch_(0, {{data_rows, data_rows}}, batch, device, at::kFloat) {
    take_steps_.use(data_);
  }

  void epoch() {
    const auto on_stream = stream_.enter();
    epoch_.begin(step_, {});
    at::Tensor loss;
    do {
      const at::Tensor batches = epoch_.batches(step_, take_steps_.at_once());
      const std::vector<double> rates(static_cast<std::size_t>(batches.size(0)), 1e-3);
      loss = take_steps_(batches, step_, rates)[0];
      step_ += batches.size(0);
    } while (step_ % epoch_.steps() != 0);
    if (loss.is_cuda()) epoch_.prepare(step_, {});
    loss.item();  // on CUDA: waits until all steps are done
  }

 private:
  DeviceStream stream_;
  std::shared_ptr<PolicyModel> model_;
  TrainingData data_;
  AdamW optimiser_;
  TrainingSteps take_steps_;
  Epoch epoch_;
  std::int64_t step_ = 0;
};

}  // namespace

TimedWork train_work(const PolicySizes& sizes, int batch, const std::string& precision, const std::string& device) {
  const auto training = std::make_shared<Training>(sizes, batch, precision, find_device(device));
  return {.run = [training] { training->epoch(); }, .units = data_rows / batch};
}

}  // namespace fm::bench

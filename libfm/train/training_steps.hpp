#pragma once
// Training steps: for each the batch, its loss, the gradient and the optimiser. On CUDA, several steps of the same size are
// launched as one device graph, and the host waits for none of them.

#include "libfm/nn/cuda_support.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/train/adamw.hpp"
#include "libfm/train/training_data.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace fm {

class TrainingSteps {
 public:
  /// @param optimiser of the model's parameters; both must outlive this object
  /// @param precision as ProductPrecision takes it
  /// @param draws of the loss
  TrainingSteps(const PolicyModel& model, AdamW& optimiser, std::string precision, const RandomStream& draws);

  /// Takes the rows of the following steps from there; to be called before the first step, and when the data change.
  void use(const TrainingData& data);

  /// As many steps as one call should take: several where a step is so short that launches and copies take most of it.
  std::int64_t at_once() const {
    return records_ && largest_ <= most_numbers && taken_ >= unrecorded ? recorded_at_once : 1;
  }

  /// @param rows (n, B), int64, on the device, a batch for each step
  /// @param step the number of the first step, the position of its draws
  /// @param learning_rates (n)
  /// @return (n), the loss before each step, on the device; valid until the next call
  at::Tensor operator()(const at::Tensor& rows, std::int64_t step, std::span<const double> learning_rates);

 private:
  static constexpr std::int64_t recorded_at_once = 8;
  /// Numbers of a batch's actions in a short step; a smaller batch at the end of an epoch does not count. The host draws noise
  /// for all steps of a graph before it is launched.
  static constexpr std::int64_t most_numbers = 4096;
  /// Steps that are launched kernel by kernel before the first recording: in them, libraries choose their kernels and
  /// allocate what they keep.
  static constexpr std::int64_t unrecorded = 3;

  /// Steps on (n, B) rows as a graph, and the tensors that it reads and writes.
  struct Recorded {
    std::unique_ptr<DeviceGraph> graph;
    at::Tensor rows, losses;
    RepeatedDraws draws;
  };

  at::Tensor compute(const at::Tensor& rows, std::int64_t step, std::int64_t index);
  void record(Recorded& recorded, const at::Tensor& rows, std::int64_t step);

  const PolicyModel& model_;
  const TrainingData* data_ = nullptr;
  AdamW& optimiser_;
  std::string precision_;
  RandomStream draws_;
  bool records_;                                                        ///< whether steps can be recorded
  std::int64_t largest_ = 0;                                            ///< numbers of a batch's actions so far
  std::int64_t taken_ = 0;                                              ///< so far
  std::map<std::pair<std::int64_t, std::int64_t>, Recorded> recorded_;  ///< by (n, B)
};

}  // namespace fm

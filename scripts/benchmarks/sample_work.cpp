#include "scripts/benchmarks/works.hpp"

#include "libfm/core/parallel.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/policy/model_policy.hpp"

namespace fm::bench {

TimedWork sample_work(const PolicySizes& sizes, int rows, const std::string& precision) {
  const c10::Device device = find_device("cuda");
  auto model = make_policy_model(describe(sizes), RandomStream(0, "init"));
  model->to(device);
  const auto predictor = std::make_shared<ModelPredictor>(model);
  predictor->prepare(rows);
  return {.run = [=, observations = normal_matrix(rows, sizes.observations), noise = std::vector<float>(),
                  actions = std::vector<float>(), position = std::uint64_t{0}]() mutable {
    const TensorFloat32 rounds(precision, device.type());
    noise.resize(static_cast<std::size_t>(rows * sizes.actions));
    actions.resize(noise.size());
    const RandomStream stream(0, "noise");
    ++position;
    for_each_block(rows, 1024, [&](std::int64_t begin, std::int64_t end) {
      Draws draws = stream.at(position, static_cast<std::uint32_t>(begin));
      for (std::int64_t i = begin * sizes.actions; i < end * sizes.actions; ++i) {
        noise[static_cast<std::size_t>(i)] = static_cast<float>(draws.normal());
      }
    });
    predictor->predict({.rows = rows,
                        .observations = observations.data(),
                        .goals = nullptr,
                        .noise = noise.data(),
                        .guesses = nullptr,
                        .actions = actions.data()});
  }};
}

}  // namespace fm::bench

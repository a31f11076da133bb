// A temporal U-Net in the whole of training: it learns a distribution of chunks, and a resumed training ends alike.

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/train/trainer.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <csignal>
#include <numeric>

namespace {

constexpr double ramp[] = {0.2, 0.5, 0.8, 1.0};

/// Episodes of four steps whose actions are the ramp, upwards or downwards; the first observation is the step.
fm::Rows ramps(int episodes) {
  const Eigen::Index count = 4 * episodes;
  fm::Rows rows{fm::Matrix::Zero(count, 3), fm::Matrix(count, 0), fm::Matrix(count, 1)};
  for (int i = 0; i < count; ++i) {
    rows.observations(i, 0) = i % 4 - 1.5;
    rows.actions(i, 0) = (i / 4 % 2 == 0 ? 1.0 : -1.0) * ramp[i % 4];
    rows.begin.push_back(i / 4 * 4);
    rows.end.push_back(i / 4 * 4 + 4);
  }
  return rows;
}

fm::TrainingJob unet_job(const std::filesystem::path& directory) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.horizon.prediction = 4;
  d.network.name = "unet";
  d.network.unet = {.channels = {16, 24}, .blocks = 1, .kernel = 3, .groups = 4};
  d.sampler.steps = 10;
  d.actions = fm::identity_normalisation(1);
  return {.description = d, .train = ramps(64), .validation = ramps(8), .seed = 3, .directory = directory};
}

fm::TrainOptions unet_options(int epochs) {
  fm::TrainOptions options;
  options.epochs = epochs;
  options.batch_size = 64;
  options.learning_rate = 4e-3;
  options.ema = 0.98;
  options.best = "loss";
  return options;
}

}  // namespace

CATCH_TEST_CASE("a U-Net learns a distribution of chunks, and samples both of its modes", "[unet]") {
  const TemporaryFolder folder;
  fm::train(unet_options(120), unet_job(folder.path()));
  const auto model = fm::load_policy(folder.path() / "checkpoints/best.safetensors", at::kCPU);
  const at::NoGradGuard no_grad;
  constexpr std::int64_t count = 200;
  at::Tensor observations = at::zeros({count, 1, 3}, at::kDouble);
  observations.select(2, 0).fill_(-1.5);
  std::vector<std::uint64_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  const at::Tensor noise =
      fm::draw_noise(fm::RandomStream(1, "noise"), ids, std::vector<std::uint32_t>(ids.size()), 1, 4, 1);
  const at::Tensor chunks = model->sample(model->condition(observations, at::zeros({count, 0})), noise).squeeze(2);
  const at::Tensor up = at::tensor({0.2F, 0.5F, 0.8F, 1.0F});
  const auto near = [&](const at::Tensor& to) {
    return ((chunks - to).abs().amax(1) < 0.2).to(at::kDouble).mean().item<double>();
  };
  CATCH_CHECK(near(up) > 0.35);
  CATCH_CHECK(near(-up) > 0.35);
  CATCH_CHECK(near(up) + near(-up) > 0.9);
}

CATCH_TEST_CASE("a U-Net's interrupted and resumed training ends with the same bytes", "[unet]") {
  fm::note_signals();
  const TemporaryFolder whole, stopped;
  fm::train(unet_options(4), unet_job(whole.path()));
  fm::TrainingJob job = unet_job(stopped.path());
  job.rollout = [&](std::shared_ptr<const fm::PolicyModel>) {
    std::raise(SIGTERM);
    return fm::PairedReturns{{0.0, 1.0}, {0.0, 1.0}};
  };
  fm::TrainOptions options = unet_options(4);
  options.rollout.every = 2;
  CATCH_CHECK_THROWS_AS(fm::train(options, job), fm::Interrupted);
  fm::note_signals();
  fm::train(unet_options(4), unet_job(stopped.path()));
  const auto bytes = [](const TemporaryFolder& folder) {
    return fm::read_file(folder.path() / "checkpoints/last.safetensors", 1 << 24);
  };
  CATCH_CHECK(bytes(whole) == bytes(stopped));
}

// Training on CUDA: against the CPU, in graphs and without them, resumed, and without waiting for the device.

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/train/epoch.hpp"
#include "libfm/train/trainer.hpp"
#include "libfm/train/training_steps.hpp"

#include "tests/core/temporary_folder.hpp"
#include "tests/cuda.hpp"
#include "tests/nn/tensors.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string_view>
#include <utility>

namespace {

/// @param length of each episode
fm::Rows rows_for_device(int count, int length = 1) {
  fm::Rows rows{fm::Matrix(count, 3), fm::Matrix(count, 0), fm::Matrix(count, 1)};
  fm::Draws draws = fm::RandomStream(2, "rows").at(0);
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 3; ++j) rows.observations(i, j) = draws.uniform(-1, 1);
    rows.actions(i, 0) = rows.observations(i, 0) - rows.observations(i, 1);
    rows.begin.push_back(i / length * length);
    rows.end.push_back(std::min(count, (i / length + 1) * length));
  }
  return rows;
}

fm::TrainingJob job_on(c10::Device device, const std::filesystem::path& directory, const std::string& policy = "flow") {
  fm::TrainingJob job{
      .description = fm::test::small_description(),
      .train = rows_for_device(700),  // 10 batches and a smaller one: steps by eight, by one, and the rest
      .validation = rows_for_device(50),
      .seed = 3,
      .device = device,
      .directory = directory};
  job.description.policy.name = policy;
  job.description.policy.diffusion.levels = 10;
  if (fm::learns_from_teacher(policy)) {
    auto teacher = fm::make_policy_model(fm::test::small_description(), fm::RandomStream(5, "init"));
    teacher->to(device);
    job.teacher = teacher;
  }
  return job;
}

/// Chunks of 4 actions after 3 observations.
fm::TrainingJob chunked_job_on(c10::Device device, const std::filesystem::path& directory, const std::string& network) {
  fm::TrainingJob job = job_on(device, directory);
  job.description = fm::test::small_chunked("flow");
  job.description.network = {.name = network,
                             .mlp = {{16, 16}},
                             .residual_mlp = {.width = 16, .blocks = 2},
                             .transformer = {.width = 16, .layers = 2, .heads = 2},
                             .unet = {.channels = {8, 16}, .blocks = 1, .kernel = 3, .groups = 4},
                             .gru = {.width = 16},
                             .time_embedding = 8};
  job.train = rows_for_device(700, 50);
  job.validation = rows_for_device(50, 50);
  return job;
}

fm::TrainOptions few_epochs() {
  fm::TrainOptions options;
  options.epochs = 10;
  options.batch_size = 64;
  options.best = "loss";
  options.precision = "float32";
  return options;
}

std::vector<double> losses_in(const std::filesystem::path& directory) {
  std::vector<double> losses;
  std::ifstream file(directory / "metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    losses.push_back(nlohmann::json::parse(line)["train_loss"].get<double>());
  }
  return losses;
}

std::string last_in(const std::filesystem::path& directory) {
  return fm::read_file(directory / "checkpoints/last.safetensors", 1 << 24);
}

}  // namespace

CATCH_TEST_CASE("every policy trains on CUDA as on the CPU, and twice the same", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  for (const std::string& name : fm::names_in(fm::policy_kinds)) {
    CATCH_INFO(name);
    const TemporaryFolder cpu, cuda, again;
    fm::train(few_epochs(), job_on(at::kCPU, cpu.path(), name));
    fm::train(few_epochs(), job_on(*device, cuda.path(), name));
    fm::train(few_epochs(), job_on(*device, again.path(), name));
    const std::vector<double> expected = losses_in(cpu.path()), found = losses_in(cuda.path());
    CATCH_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CATCH_CHECK(std::abs(found[i] - expected[i]) < 2e-3 * (1.0 + std::abs(expected[i])));
    }
    CATCH_CHECK(last_in(cuda.path()) == last_in(again.path()));
  }
}

CATCH_TEST_CASE("every network trains on CUDA as on the CPU, on chunks of actions, and twice the same", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  for (const std::string_view network : fm::network_kinds) {
    CATCH_INFO(network);
    const TemporaryFolder cpu, cuda, again;
    fm::train(few_epochs(), chunked_job_on(at::kCPU, cpu.path(), std::string(network)));
    fm::train(few_epochs(), chunked_job_on(*device, cuda.path(), std::string(network)));
    fm::train(few_epochs(), chunked_job_on(*device, again.path(), std::string(network)));
    const std::vector<double> expected = losses_in(cpu.path()), found = losses_in(cuda.path());
    CATCH_REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CATCH_CHECK(std::abs(found[i] / expected[i] - 1.0) < 5e-3);
    CATCH_CHECK(last_in(cuda.path()) == last_in(again.path()));
  }
}

CATCH_TEST_CASE("interrupted and resumed training on CUDA ends with the same bytes", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  fm::note_signals();
  const TemporaryFolder whole, stopped;
  fm::train(few_epochs(), job_on(*device, whole.path()));
  fm::TrainingJob job = job_on(*device, stopped.path());
  job.rollout = [](std::shared_ptr<const fm::PolicyModel>) {
    std::raise(SIGTERM);
    return fm::PairedReturns{{0.0, 1.0}, {0.0, 1.0}};
  };
  fm::TrainOptions interrupted = few_epochs();
  interrupted.rollout.every = 4;
  CATCH_CHECK_THROWS_AS(fm::train(interrupted, job), fm::Interrupted);
  fm::note_signals();
  fm::train(few_epochs(), job_on(*device, stopped.path()));
  CATCH_CHECK(last_in(whole.path()) == last_in(stopped.path()));
}

CATCH_TEST_CASE("training begun on one device is resumed on the other", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const c10::Device cpu = at::kCPU;
  const auto last_loss = [](c10::Device begins, c10::Device ends) {
    const TemporaryFolder folder;
    fm::TrainOptions half = few_epochs();
    half.epochs = 5;
    fm::train(half, job_on(begins, folder.path()));
    fm::train(few_epochs(), job_on(ends, folder.path()));
    const std::vector<double> losses = losses_in(folder.path());
    CATCH_REQUIRE(losses.size() == 10);
    return losses.back();
  };
  const double expected = last_loss(cpu, cpu);
  CATCH_CHECK(std::abs(last_loss(cpu, *device) - expected) < 2e-3 * expected);
  CATCH_CHECK(std::abs(last_loss(*device, cpu) - expected) < 2e-3 * expected);
}

CATCH_TEST_CASE("within an epoch, training on CUDA never waits for the device", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  std::vector<std::pair<std::string, fm::TrainingJob>> jobs;
  for (const std::string& name : fm::names_in(fm::policy_kinds)) jobs.emplace_back(name, job_on(*device, "", name));
  for (const std::string_view network : fm::network_kinds) {
    jobs.emplace_back(network, chunked_job_on(*device, "", std::string(network)));
  }
  for (const auto& [name, job] : jobs) {
    for (const char* precision : {"float32", "tf32", "bfloat16"}) {
      CATCH_INFO(name << " " << precision);
      const fm::DeviceStream stream(*device);
      const auto on_stream = stream.enter();
      auto model = fm::make_policy_model(job.description, fm::RandomStream(0, "init"));
      model->to(*device);
      if (job.teacher) model->set_teacher(job.teacher);
      const fm::TrainingData data(*job.train[0], *model);
      fm::AdamW optimiser(model->parameters(), {.clip = 1.0});
      fm::TrainingSteps steps(*model, optimiser, precision, fm::RandomStream(0, "batch"));
      steps.use(data);
      fm::Epoch epoch(0, {{data.size(), static_cast<double>(data.size())}}, 64, *device, at::kFloat);
      bool waits = false;
      for (std::int64_t step = 0; step < 6 * epoch.steps();) {
        if (step % epoch.steps() == 0) epoch.begin(step, {});
        fm::cuda_support()->forbid_waiting(step >= epoch.steps());
        try {
          const at::Tensor batches = epoch.batches(step, steps.at_once());
          epoch.record(step,
                       steps(batches, step, std::vector<double>(static_cast<std::size_t>(batches.size(0)), 1e-3)));
          step += batches.size(0);
        } catch (const c10::Error& e) {
          CATCH_UNSCOPED_INFO(e.what_without_backtrace());
          waits = true;
          break;
        }
        fm::cuda_support()->forbid_waiting(false);
      }
      fm::cuda_support()->forbid_waiting(false);
      CATCH_CHECK_FALSE(waits);
    }
  }
}

CATCH_TEST_CASE("AdamW with clipping and a moving average takes the CPU's steps on CUDA", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const auto weights_after = [](c10::Device where) {
    at::Tensor w = normals({500}, 1).to(where).requires_grad_(), average = normals({500}, 1).to(where);
    fm::AdamW optimiser({w}, {.clip = 0.5, .ema = 0.9}, {average});
    for (std::uint64_t i = 2; i < 30; ++i) {
      w.mutable_grad() = normals({500}, i).to(where);
      optimiser.step(1e-2);
    }
    return std::pair(w.detach().cpu(), average.cpu());
  };
  const auto expected = weights_after(at::kCPU), found = weights_after(*device);
  CATCH_CHECK(difference(found.first, expected.first) < 1e-5);
  CATCH_CHECK(difference(found.second, expected.second) < 1e-5);
}

// Times the training loop's own step: a batch gathered by index, noise and times drawn, loss, gradient, AdamW.
//
//   bench_train_step --hidden 256,256,256 --observations 3 --actions 1 --batch 256 --precision float32 --seconds 5
//
// prints {"median_us": ..., "min_us": ..., "steps": ...}. Clipping and the moving average are off unless asked for.

#include "libfm/nn/device.hpp"
#include "libfm/train/training_data.hpp"
#include "libfm/train/training_step.hpp"

#include <ATen/ops/from_blob.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>

namespace {

struct Arguments {
  std::vector<int> hidden = {256, 256, 256};
  int observations = 3;
  int actions = 1;
  int batch = 256;
  int threads = 0;
  double seconds = 5.0;
  fm::TrainOptions train;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  a.train.clip.reset();
  a.train.ema = 0.0;
  CLI::App app("Times one step of training.");
  app.add_option("--hidden", a.hidden, "widths of the hidden layers")->delimiter(',');
  app.add_option("--observations", a.observations);
  app.add_option("--actions", a.actions);
  app.add_option("--batch", a.batch);
  app.add_option("--precision", a.train.precision)->check(CLI::IsMember({"float32", "bfloat16", "float64"}));
  app.add_option("--clip", a.train.clip, "largest norm of the gradient");
  app.add_option("--ema", a.train.ema, "decay of the moving average");
  app.add_option("--threads", a.threads, "0: one for each core");
  app.add_option("--seconds", a.seconds);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(app.exit(e));
  }
  return a;
}

fm::PolicyDescription describe(const Arguments& a) {
  const auto names = [](int count) {
    std::vector<fm::Dimension> dimensions;
    for (int i = 0; i < count; ++i) dimensions.push_back({.name = fmt::format("x{}", i), .low = -1, .high = 1});
    return dimensions;
  };
  const auto identity = [](int count) {
    return fm::Normalisation{std::vector<double>(count, 0.0), std::vector<double>(count, 1.0)};
  };
  fm::PolicyDescription d;
  d.spec = {.name = "benchmark", .observations = names(a.observations), .actions = names(a.actions)};
  d.network = {.mlp = {a.hidden}, .time_embedding = 64};
  d.observations = identity(a.observations);
  d.actions = identity(a.actions);
  return d;
}

fm::Rows random_rows(int count, const Arguments& a) {
  fm::Rows rows{fm::Matrix(count, a.observations), fm::Matrix(count, 0), fm::Matrix(count, a.actions)};
  fm::Draws draws = fm::RandomStream(0, "rows").at(0);
  for (float& x : rows.observations.reshaped()) x = static_cast<float>(draws.normal());
  for (float& x : rows.actions.reshaped()) x = static_cast<float>(draws.uniform(-1, 1));
  for (int i = 0; i < count; ++i) {
    rows.begin.push_back(i);
    rows.end.push_back(i + 1);
  }
  return rows;
}

/// Seconds of each step, the first ones (a tenth of the time) left out.
std::vector<double> time_steps(const Arguments& a) {
  using Clock = std::chrono::steady_clock;
  constexpr int row_count = 20000;
  const fm::RandomStream stream(0, "batch");
  const auto make = [&] {
    auto model = fm::make_policy_model(describe(a), stream.child("init"));
    model->to(fm::weights_type(a.train.precision));
    return model;
  };
  const auto model = make();
  const fm::TrainingData data(random_rows(row_count, a), *model);
  fm::TrainingStep step(model, a.train.ema > 0.0 ? make() : model, a.train);
  auto indices = fm::permutation(stream, 0, row_count);
  const at::Tensor order = at::from_blob(indices.data(), {row_count}, at::kLong);

  std::vector<double> times;
  const auto begin = Clock::now();
  for (std::int64_t i = 0;; ++i) {
    const std::int64_t first = i * a.batch % (row_count - a.batch + 1);
    const auto before = Clock::now();
    step.run(data.batch(order.slice(0, first, first + a.batch)), stream, static_cast<std::uint64_t>(i), 1e-3);
    const auto after = Clock::now();
    const double since = std::chrono::duration<double>(after - begin).count();
    if (since > 0.1 * a.seconds) times.push_back(std::chrono::duration<double>(after - before).count());
    if (since > a.seconds) return times;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  fm::use_threads(arguments.threads);
  std::vector<double> times = time_steps(arguments);
  std::sort(times.begin(), times.end());
  fmt::print("{{\"median_us\": {:.1f}, \"min_us\": {:.1f}, \"steps\": {}}}\n", 1e6 * times[times.size() / 2],
             1e6 * times.front(), times.size());
}

#include "libfm/train/trainer.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/policy/checkpoint.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/policy/small_model.hpp"

#include <csignal>

namespace {

fm::Rows rows_of(int count, std::uint64_t seed) {
  fm::Rows rows{fm::Matrix(count, 3), fm::Matrix(count, 0), fm::Matrix(count, 1)};
  fm::Draws draws = fm::RandomStream(seed, "rows").at(0);
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 3; ++j) rows.observations(i, j) = static_cast<float>(draws.uniform(-1, 1));
    rows.actions(i, 0) = rows.observations(i, 0) - rows.observations(i, 1);
    rows.begin.push_back(i);  // an episode of its own
    rows.end.push_back(i + 1);
  }
  return rows;
}

fm::TrainingJob job_in(const std::filesystem::path& directory) {
  return {.description = fm::test::small_description(),
          .train = rows_of(200, 0),
          .validation = rows_of(50, 1),
          .seed = 3,
          .directory = directory};
}

fm::TrainOptions quick() {
  fm::TrainOptions options;
  options.epochs = 6;
  options.batch_size = 64;
  options.best = "loss";
  return options;
}

std::string bytes(const std::filesystem::path& file) { return fm::read_file(file, 1 << 24); }

}  // namespace

CATCH_TEST_CASE("training twice gives the same bytes, and another seed gives others", "[trainer]") {
  const TemporaryFolder a, b, c;
  fm::train(quick(), job_in(a.path()));
  fm::train(quick(), job_in(b.path()));
  fm::TrainingJob other = job_in(c.path());
  other.seed = 4;
  fm::train(quick(), other);
  for (const char* name : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
    CATCH_CHECK(bytes(a.path() / name) == bytes(b.path() / name));
    CATCH_CHECK(bytes(a.path() / name) != bytes(c.path() / name));
  }
}

CATCH_TEST_CASE("interrupted and resumed training ends with the same bytes", "[trainer]") {
  fm::note_signals();
  const TemporaryFolder whole, stopped;
  fm::train(quick(), job_in(whole.path()));

  // A signal is noted by the trainer's own rollout at the end of epoch 2, and once more in the last epoch but one.
  for (const int epoch : {2, 5}) {
    fm::TrainingJob job = job_in(stopped.path());
    int calls = 0;
    job.rollout = [&](std::shared_ptr<const fm::PolicyModel>) {
      if (++calls == 1) std::raise(SIGTERM);
      return fm::PairedReturns{{0.0, 1.0}, {0.0, 1.0}};
    };
    fm::TrainOptions options = quick();
    options.rollout.every = epoch;
    CATCH_CHECK_THROWS_AS(fm::train(options, job), fm::Interrupted);
    fm::note_signals();
  }
  fm::train(quick(), job_in(stopped.path()));
  for (const char* name : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
    CATCH_CHECK(bytes(whole.path() / name) == bytes(stopped.path() / name));
  }
}

CATCH_TEST_CASE("a finished training is not changed", "[trainer]") {
  const TemporaryFolder folder;
  fm::train(quick(), job_in(folder.path()));
  const auto last = folder.path() / "checkpoints/last.safetensors";
  const auto time = std::filesystem::last_write_time(last);
  fm::train(quick(), job_in(folder.path()));
  CATCH_CHECK(std::filesystem::last_write_time(last) == time);
}

CATCH_TEST_CASE("a loss that is not finite stops training with its step and batch, before it is saved", "[trainer]") {
  const TemporaryFolder folder;
  fm::TrainingJob job = job_in(folder.path());
  fm::Rows rows = *job.train[0];
  rows.actions(17, 0) = 1e30f;  // squares to infinity in float32
  job.train = rows;
  try {
    fm::train(quick(), job);
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    const std::string text = e.what();
    CATCH_CHECK(text.find("the loss is inf at step ") != std::string::npos);
    CATCH_CHECK(text.find("batch ") != std::string::npos);
    CATCH_CHECK(text.find("train.learning_rate") != std::string::npos);
  }
  CATCH_CHECK(!std::filesystem::exists(folder.path() / "checkpoints/best.safetensors"));
}

CATCH_TEST_CASE("training reduces the loss of held-out rows far below that of initial weights", "[trainer]") {
  const TemporaryFolder folder;
  fm::TrainOptions options = quick();
  options.epochs = 150;
  options.learning_rate = 3e-3;
  fm::train(options, job_in(folder.path()));
  const auto trained = fm::load_policy(folder.path() / "checkpoints/best.safetensors", at::kCPU);
  const fm::TrainingData data(rows_of(50, 1), *trained);
  const fm::RandomStream stream(9, "loss");
  const auto fresh = fm::test::small_model(at::kFloat);
  const double after = trained->loss(data.range(0, 50), stream, 0).item<double>();
  const double before = fresh->loss(data.range(0, 50), stream, 0).item<double>();
  CATCH_CHECK(after < 0.5 * before);
}

CATCH_TEST_CASE("float64, no moving average and initial weights all train", "[trainer]") {
  const TemporaryFolder folder, next;
  fm::TrainOptions options = quick();
  options.precision = "float64";
  options.ema = 0.0;
  fm::train(options, job_in(folder.path()));
  const auto trained = fm::load_policy(folder.path() / "checkpoints/last.safetensors", at::kCPU);
  CATCH_CHECK(trained->parameters()[0].scalar_type() == at::kDouble);

  fm::TrainingJob job = job_in(next.path());
  job.initial_weights = trained;
  options.epochs = 1;
  options.learning_rate = 1e-12;
  fm::train(options, job);
  const auto again = fm::load_policy(next.path() / "checkpoints/last.safetensors", at::kCPU);
  CATCH_CHECK((again->parameters()[0] - trained->parameters()[0]).abs().max().item<double>() < 1e-9);
}

CATCH_TEST_CASE("training with products in bfloat16 works and keeps float32 weights", "[trainer]") {
  const TemporaryFolder exact, rounded;
  fm::TrainOptions options = quick();
  options.epochs = 100;
  options.learning_rate = 3e-3;
  fm::train(options, job_in(exact.path()));
  options.precision = "bfloat16";
  fm::train(options, job_in(rounded.path()));
  const auto loss = [](const TemporaryFolder& folder) {
    const auto model = fm::load_policy(folder.path() / "checkpoints/best.safetensors", at::kCPU);
    CATCH_CHECK(model->parameters()[0].scalar_type() == at::kFloat);
    return model->loss(fm::TrainingData(rows_of(50, 1), *model).range(0, 50), fm::RandomStream(9, "loss"), 0)
        .item<double>();
  };
  CATCH_CHECK(bytes(exact.path() / "checkpoints/best.safetensors") !=
              bytes(rounded.path() / "checkpoints/best.safetensors"));
  CATCH_CHECK(loss(rounded) < 1.2 * loss(exact));
}

CATCH_TEST_CASE("best is the latest policy that is not clearly worse in return", "[trainer]") {
  const TemporaryFolder folder;
  fm::TrainingJob job = job_in(folder.path());
  // Gaps by epoch: bad, good, worse by 1.3 standard errors, clearly worse, clearly worse.
  const std::vector<std::vector<double>> returns = {{-50, -60, -70}, {-1, -2, -3}, {-2, -2.2, -3},
                                                    {-9, -9, -9},    {-8, -9, -9}, {-7, -9, -9}};
  std::size_t epoch = 0;
  job.rollout = [&](std::shared_ptr<const fm::PolicyModel>) { return fm::PairedReturns{returns[epoch++], {0, 0, 0}}; };
  fm::TrainOptions options = quick();
  options.best = "return";
  options.rollout.every = 1;
  fm::train(options, job);
  const auto last = fm::read_safetensors(folder.path() / "checkpoints/last.safetensors");
  CATCH_CHECK(last.metadata.at("training").find("\"best_step\":12") != std::string::npos);  // epoch 3 of 4 steps each
}

CATCH_TEST_CASE("without an expert the returns themselves are compared; last is the last epoch whatever they are",
                "[trainer]") {
  for (const auto& [best, step] : {std::pair{"return", 4}, {"last", 24}}) {
    const TemporaryFolder folder;
    fm::TrainingJob job = job_in(folder.path());
    double returned = 100.0;
    job.rollout = [&](std::shared_ptr<const fm::PolicyModel>) {
      returned -= 10.0;
      return fm::PairedReturns{{returned, returned + 1.0, returned + 2.0}, {}};
    };
    fm::TrainOptions options = quick();
    options.best = best;
    options.rollout.every = 1;
    fm::train(options, job);
    const auto last = fm::read_safetensors(folder.path() / "checkpoints/last.safetensors");
    CATCH_CHECK(contains(last.metadata.at("training"), fmt::format("\"best_step\":{},", step)));
  }
}

CATCH_TEST_CASE("training stops when nothing improves, and a resumed one does not go on", "[trainer]") {
  const TemporaryFolder folder;
  fm::TrainOptions options = quick();
  options.epochs = 400;
  options.patience = 2;
  options.learning_rate = 1e-30;  // no weight changes in float32
  fm::train(options, job_in(folder.path()));
  const std::string last = bytes(folder.path() / "checkpoints/last.safetensors");
  CATCH_CHECK(contains(last, "\\\"stopped\\\":true"));
  CATCH_CHECK(std::filesystem::exists(folder.path() / "checkpoints/best.safetensors"));
  fm::train(options, job_in(folder.path()));
  CATCH_CHECK(bytes(folder.path() / "checkpoints/last.safetensors") == last);
}

CATCH_TEST_CASE("training on parts of the rows is stopped within an epoch, and resumed to the same bytes",
                "[trainer]") {
  fm::note_signals();
  int reads = 0, stop_at = 0;
  const auto job_of_parts = [&](const std::filesystem::path& directory) {
    fm::TrainingJob job = job_in(directory);
    job.train = fm::RowParts({{120, 120.0}, {50, 50.0}, {30, 30.0}}, [&](std::size_t part) {
      if (++reads == stop_at) std::raise(SIGTERM);
      return rows_of(part == 0 ? 120 : part == 1 ? 50 : 30, part);
    });
    job.validation = fm::RowParts({{30, 30.0}, {20, 20.0}},
                                  [](std::size_t part) { return rows_of(part == 0 ? 30 : 20, 10 + part); });
    return job;
  };
  const TemporaryFolder whole, stopped;
  fm::train(quick(), job_of_parts(whole.path()));
  const int all = reads;
  CATCH_CHECK(all >= 6 * 2);  // of three parts, the last one of an epoch may be the first of the next
  reads = 0;
  for (const int at : {2, 7}) {
    stop_at = reads + at;
    CATCH_CHECK_THROWS_AS(fm::train(quick(), job_of_parts(stopped.path())), fm::Interrupted);
    fm::note_signals();
  }
  stop_at = 0;
  fm::train(quick(), job_of_parts(stopped.path()));
  for (const char* name : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"}) {
    CATCH_CHECK(bytes(whole.path() / name) == bytes(stopped.path() / name));
  }
}

CATCH_TEST_CASE("the validation loss over parts is the mean over all of their rows", "[trainer]") {
  const auto model = fm::make_policy_model(fm::test::small_description(), {0, "init"});
  const fm::RandomStream draws(0, "validation");
  const fm::Rows rows = rows_of(1024, 5), few = rows_of(100, 6);
  const auto loss = [&](fm::RowParts parts) {
    fm::LoadedRows loaded(std::move(parts), *model);
    return fm::validation_loss(*model, loaded, draws);
  };
  const double both =
      loss(fm::RowParts({{1024, 1024.0}, {100, 100.0}}, [&](std::size_t part) { return part == 0 ? rows : few; }));
  const double alone = loss(rows);
  const double other = loss(fm::RowParts({{1024, 1024.0}, {100, 100.0}}, [&](std::size_t) { return rows; }));
  CATCH_CHECK(other != alone);  // the second part has draws of its own
  // The first part's draws are those of the same rows alone, the second's those of the next block.
  const fm::TrainingData data(few, *model);
  const double of_few = model->loss(data.range(0, 100), draws, 1).item<double>();
  CATCH_CHECK(std::abs(both - (1024 * alone + 100 * of_few) / 1124) < 1e-6 * alone);
  const fm::Rows none = rows_of(0, 0);
  CATCH_CHECK(loss(fm::RowParts({{1024, 1024.0}, {0, 0.0}},
                                [&](std::size_t part) { return part == 0 ? rows : none; })) == alone);
}

#include "libfm/train/trainer.hpp"

#include "libfm/core/log.hpp"
#include "libfm/core/number_text.hpp"
#include "libfm/core/progress.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/train/best_checkpoint.hpp"
#include "libfm/train/checkpoints.hpp"
#include "libfm/train/epoch.hpp"
#include "libfm/train/learning_rate.hpp"
#include "libfm/train/metrics_log.hpp"
#include "libfm/train/training_steps.hpp"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <functional>
#include <span>

namespace fm {
namespace {

std::shared_ptr<PolicyModel> make_model(const TrainOptions& options, const TrainingJob& job) {
  auto model = make_policy_model(job.description, RandomStream(job.seed, "init"));
  model->to(job.device, options.precision == "float64" ? at::kDouble : at::kFloat);
  if (job.teacher) model->set_teacher(job.teacher);
  if (job.initial_weights) copy_weights(*job.initial_weights, *model);
  return model;
}

bool rollout_is_due(const TrainOptions& options, const TrainingJob& job, std::int64_t epoch, bool last) {
  const int every = options.rollout.every;
  return job.rollout && every > 0 && (epoch % every == 0 || last);
}

void report(const PairedReturns& returns, std::int64_t epoch, nlohmann::json& line) {
  add_returns(returns, line);
  spdlog::info("epoch {:>4}: loss {}, rollout {}", epoch, number_text(line["train_loss"].get<double>()),
               describe(returns));
}

/// Keeps the best so far of loss and return, for train.patience.
void note_improvement(double loss, const std::vector<double>& returns, std::int64_t epoch, TrainingState& state) {
  const auto keep = [&](std::optional<double>& best, double value, const auto& is_better) {
    if (best && !is_better(value, *best)) return;
    best = value;
    state.improved_epoch = epoch;
  };
  keep(state.lowest_loss, loss, std::less<>());
  if (!returns.empty()) keep(state.highest_return, mean(returns), std::greater<>());
}

/// Says once that a step takes so long that stopping waits for it.
void warn_of_long_step(double seconds, bool& warned) {
  constexpr double long_step = 10.0;
  if (warned || seconds < long_step) return;
  warned = true;
  spdlog::warn(
      "train: a step takes {}; a stop by Ctrl-C or SIGTERM waits for its end, a second one ends the process at once, "
      "and "
      "resuming continues from the last whole step",
      format_duration(seconds));
}

/// Says so if the validation loss still fell: from the epochs around the last fifth's beginning to the last ones.
void note_falling_loss(const std::vector<double>& validation_losses) {
  constexpr double far = 0.2;  // a learning rate that falls to 0 alone makes it fall by some 10 %
  const std::span<const double> all = validation_losses;
  const std::size_t few = all.size() / 20, begin = all.size() * 4 / 5;
  if (few == 0) return;
  const double before = mean(all.subspan(begin - few, few)), after = mean(all.last(few));
  if (before <= 0.0 || after >= (1.0 - far) * before) return;
  spdlog::info(
      "train: the validation loss still fell, by {:.0f} % over the last fifth of the epochs; a longer training may "
      "give a "
      "better policy (fm resume RUN_DIR train.epochs=N or train.steps=N)",
      100.0 * (1.0 - after / before));
}

void warn_of_divergence(const TrainingState& state, double last_loss) {
  constexpr double far = 3.0;
  if (!state.first_loss || last_loss <= far * std::abs(*state.first_loss)) return;
  spdlog::warn("train: the loss rose from {} in the first epoch to {}; a lower train.learning_rate usually helps",
               number_text(*state.first_loss), number_text(last_loss));
}

/// Finds numbers that cannot be trained on before anything is done.
void check_all(LoadedRows& rows) {
  for (std::size_t part = 0; part < rows.parts().size(); ++part) rows.load(part);
  rows.release();
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

void train(const TrainOptions& options, const TrainingJob& job) {
  const DeviceStream stream(job.device);
  const auto on_stream = stream.enter();
  const auto model = make_model(options, job);
  const auto averaged = options.ema > 0.0 ? make_model(options, job) : model;  // the moving average, used for acting
  AdamW optimiser(model->parameters(), {.weight_decay = options.weight_decay, .clip = options.clip, .ema = options.ema},
                  averaged == model ? std::vector<at::Tensor>() : averaged->parameters());
  LoadedRows rows(job.train, *model), held_out(job.validation, *model);
  check_all(rows);
  check_all(held_out);
  const RandomStream batch_draws(job.seed, "batch"), validation_draws(job.seed, "validation");
  Epoch epoch(job.seed, rows.parts(), options.batch_size, job.device, model->parameters()[0].scalar_type());
  const std::int64_t epochs =
      options.steps > 0 ? (options.steps + epoch.steps() - 1) / epoch.steps() : std::int64_t{options.epochs};
  const std::int64_t total_steps = epoch.steps() * epochs;
  const bool best_by_return = options.best == "return" && job.rollout && options.rollout.every > 0;

  Checkpoints checkpoints(job.directory, job.metadata, options.checkpoint_seconds,
                          {model, averaged, optimiser, epoch.losses()});
  TrainingState state = checkpoints.restore();
  if (state.step > 0) spdlog::info("train: resuming from step {} of {}", state.step, total_steps);
  const std::int64_t idle = state.step / epoch.steps() - state.improved_epoch;
  state.stopped = state.stopped && options.patience > 0 && idle >= options.patience;  // the patience may have changed
  if (state.stopped) {
    spdlog::info("train: had stopped since nothing improved for {} epochs; to go on, change train.patience", idle);
  }
  spdlog::info("train: policy '{}', network '{}', {} parameters", job.description.policy.name,
               job.description.network.name, parameter_count(*model));
  MetricsLog metrics(job.directory, state.step);
  Progress progress("train", total_steps, "steps", state.step);
  TrainingSteps take_steps(*model, optimiser, resolve_precision(options.precision, job.device), batch_draws);
  if (rows.parts().size() == 1) take_steps.use(rows.data());  // which stay loaded
  std::string loss_text;
  double last_loss = 0.0;
  bool warned = false;

  while (state.step < total_steps && !state.stopped) {
    const Stopwatch time;
    const std::int64_t first = state.step;
    double rate = 0.0;
    do {
      if (!epoch.has(state.step)) {
        if (state.step != first) epoch.check_losses(state.step);
        if (rows.load(epoch.part_at(state.step))) take_steps.use(rows.data());
        epoch.begin(state.step, rows.weights());
      }
      if (checkpoints.is_due()) {
        epoch.check_losses(state.step);
        checkpoints.save(state);
      }
      const Stopwatch time_of_steps;
      const at::Tensor batches = epoch.batches(state.step, take_steps.at_once());
      std::vector<double> rates;
      for (std::int64_t i = 0; i < batches.size(0); ++i) {
        rates.push_back(learning_rate(state.step + i, total_steps, options.learning_rate, options.warm_up));
      }
      rate = rates.back();
      epoch.record(state.step, take_steps(batches, state.step, rates));
      state.step += batches.size(0);
      progress.update(state.step, loss_text);
      warn_of_long_step(time_of_steps.seconds(), warned);
    } while (state.step % epoch.steps() != 0);
    if (job.device.is_cuda() && rows.parts().size() == 1) epoch.prepare(state.step, rows.weights());

    epoch.check_losses(state.step);
    const std::int64_t number = state.step / epoch.steps();
    nlohmann::json line = {{"step", state.step},
                           {"epoch", number},
                           {"train_loss", epoch.mean_loss()},
                           {"learning_rate", rate},
                           {"steps_per_second", static_cast<double>(state.step - first) / time.seconds()}};
    if (const auto norm = optimiser.gradient_norm()) line["gradient_norm"] = *norm;
    last_loss = line["train_loss"].get<double>();
    if (!state.first_loss) state.first_loss = last_loss;
    loss_text = "loss " + number_text(last_loss);
    if (held_out.size() > 0) {
      rows.release();
      line["validation_loss"] = validation_loss(*averaged, held_out, validation_draws);
      held_out.release();
    }
    const double loss = line.value("validation_loss", last_loss);
    if (options.patience > 0) {
      note_improvement(loss, {}, number, state);
      state.stopped = number < epochs && number - state.improved_epoch >= options.patience;
    }

    std::vector<double> scores;  // of this epoch, higher is better
    if (rollout_is_due(options, job, number, number == epochs || state.stopped)) {
      const PairedReturns returns = score_rollout(averaged, options.rollout.steps, job.rollout);
      report(returns, number, line);
      if (options.patience > 0) note_improvement(loss, returns.scores(), number, state);
      state.stopped = state.stopped && state.improved_epoch < number;
      if (best_by_return) scores = returns.scores();
    }
    if (!best_by_return) scores = {options.best == "last" ? 0.0 : -loss};
    if (!scores.empty() && replaces_best(scores, state.best)) {
      state.best = scores;
      state.best_step = state.step;
      checkpoints.save_best();
    }
    metrics.write(line);
    if (state.stopped) {
      spdlog::info("train: stopped after epoch {}: nothing has improved for {} epochs", number, options.patience);
    }
  }
  warn_of_divergence(state, last_loss);
  note_falling_loss(metrics.column("validation_loss"));
  checkpoints.save(state);
}

}  // namespace fm

#include "libfm/train/trainer.hpp"

#include "libfm/core/log.hpp"
#include "libfm/core/progress.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/train/adamw.hpp"
#include "libfm/train/best_checkpoint.hpp"
#include "libfm/train/checkpoints.hpp"
#include "libfm/train/epoch.hpp"
#include "libfm/train/learning_rate.hpp"
#include "libfm/train/metrics_log.hpp"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace fm {
namespace {

std::shared_ptr<PolicyModel> make_model(const TrainOptions& options, const TrainingJob& job) {
  auto model = make_policy_model(job.description, RandomStream(job.seed, "init"));
  model->to(job.device, options.precision == "float64" ? at::kDouble : at::kFloat);
  if (job.teacher) model->set_teacher(job.teacher);
  if (job.initial_weights) copy_weights(*job.initial_weights, *model);
  return model;
}

bool rollout_is_due(const TrainOptions& options, const TrainingJob& job, std::int64_t epoch) {
  const int every = options.rollout.every;
  return job.rollout && every > 0 && (epoch % every == 0 || epoch == options.epochs);
}

void report(const PairedReturns& returns, std::int64_t epoch, nlohmann::json& line) {
  const double gap = mean(differences(returns.policy, returns.expert));
  line["rollout_return"] = mean(returns.policy);
  line["rollout_expert_return"] = mean(returns.expert);
  line["rollout_gap"] = gap;
  spdlog::info("epoch {:>4}: loss {:.4f}, rollout return {:.1f} (expert {:.1f}, paired gap {:+.2f})", epoch,
               line["train_loss"].get<double>(), mean(returns.policy), mean(returns.expert), gap);
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
  const auto model = make_model(options, job);
  const auto averaged = options.ema > 0.0 ? make_model(options, job) : model;  // the moving average, used for acting
  AdamW optimiser(model->parameters(), {.weight_decay = options.weight_decay, .clip = options.clip, .ema = options.ema},
                  averaged == model ? std::vector<at::Tensor>() : averaged->parameters());
  const TrainingData rows(job.train, *model), held_out(job.validation, *model);
  const RandomStream batch_draws(job.seed, "batch"), validation_draws(job.seed, "validation");
  Epoch epoch(job.seed, rows.size(), options.batch_size, job.device, model->parameters()[0].scalar_type());
  const std::int64_t total_steps = epoch.steps() * options.epochs;
  const bool best_by_return = options.best == "return" && job.rollout && options.rollout.every > 0;

  Checkpoints checkpoints(job.directory, job.metadata, options.checkpoint_seconds,
                          {model, averaged, optimiser, epoch.losses()});
  TrainingState state = checkpoints.restore();
  if (state.step > 0) spdlog::info("train: resuming from step {} of {}", state.step, total_steps);
  spdlog::info("train: policy '{}', network '{}', {} parameters", job.description.policy.name,
               job.description.network.name, parameter_count(*model));
  MetricsLog metrics(job.directory, state.step);
  Progress progress("train", total_steps, "steps", state.step);
  std::string loss_text;

  while (state.step < total_steps) {
    epoch.begin(state.step);
    const Stopwatch time;
    const std::int64_t first = state.step;
    double rate = 0.0;
    do {
      if (checkpoints.is_due()) {
        epoch.check_losses(state.step % epoch.steps(), state.step);
        checkpoints.save(state);
      }
      rate = learning_rate(state.step, total_steps, options.learning_rate, options.warm_up);
      const Batch batch = rows.batch(epoch.batch(state.step));
      const at::Tensor loss = [&] {
        const ProductPrecision precision(options.precision, job.device.type());
        return model->training_loss(batch, batch_draws, static_cast<std::uint64_t>(state.step));
      }();
      if (loss.requires_grad()) loss.backward();  // else training_loss has set the gradients
      optimiser.step(rate);
      epoch.record(state.step, loss.detach());
      ++state.step;
      progress.update(state.step, loss_text);
    } while (state.step % epoch.steps() != 0);

    epoch.check_losses(epoch.steps(), state.step);
    const std::int64_t number = state.step / epoch.steps();
    nlohmann::json line = {{"step", state.step},
                           {"epoch", number},
                           {"train_loss", epoch.mean_loss()},
                           {"learning_rate", rate},
                           {"steps_per_second", static_cast<double>(state.step - first) / time.seconds()}};
    loss_text = fmt::format("loss {:.4f}", line["train_loss"].get<double>());
    if (held_out.size() > 0) line["validation_loss"] = validation_loss(*averaged, held_out, validation_draws);

    std::vector<double> scores;  // of this epoch, higher is better
    if (rollout_is_due(options, job, number)) {
      const PairedReturns returns = score_rollout(averaged, options.rollout.steps, job.rollout);
      report(returns, number, line);
      if (best_by_return) scores = differences(returns.policy, returns.expert);
    }
    if (!best_by_return) scores = {-line.value("validation_loss", line["train_loss"].get<double>())};
    if (!scores.empty() && replaces_best(scores, state.best)) {
      state.best = scores;
      state.best_step = state.step;
      checkpoints.save_best();
    }
    metrics.write(line);
  }
  checkpoints.save(state);
}

}  // namespace fm

#include "libfm/train/trainer.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/progress.hpp"
#include "libfm/core/statistics.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/train/learning_rate.hpp"
#include "libfm/train/metrics_log.hpp"
#include "libfm/train/training_state.hpp"
#include "libfm/train/training_step.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace fm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// Whether the 95 % interval of the change in paired figures lies below 0. Rollouts are too few to tell close policies
/// apart, and the later one was trained longer, so it is worse only if that shows.
bool is_worse(const std::vector<double>& figures, const std::vector<double>& kept) {
  const std::vector<double> change = differences(figures, kept);
  const double n = static_cast<double>(change.size());
  const double error = change.size() > 1 ? standard_deviation(change) / std::sqrt(n) : 0.0;
  return mean(change) < -1.96 * error;
}

class Trainer {
 public:
  Trainer(const TrainOptions& options, const TrainingJob& job)
      : options_(options), job_(job), model_(make_model()), averaged_(options.ema > 0.0 ? make_model() : model_),
        step_(model_, averaged_, options), train_(job.train, *model_), validation_(job.validation, *model_),
        steps_per_epoch_((train_.size() + options.batch_size - 1) / options.batch_size),
        total_steps_(steps_per_epoch_ * options.epochs),
        losses_(at::zeros({steps_per_epoch_}, at::TensorOptions(job.device).dtype(model_->parameters()[0].dtype()))),
        checkpoints_(job.directory / "checkpoints") {}

  void run() {
    restore();
    spdlog::info("train: policy '{}', network '{}', {} parameters", job_.description.policy.name,
                 job_.description.network.name, parameter_count(*model_));
    MetricsLog metrics(job_.directory, state_.step);
    Progress progress("train", total_steps_, "steps", state_.step);
    begin_epoch(state_.step);
    while (state_.step < total_steps_) {
      save_if_due();
      step();
      if (state_.step % steps_per_epoch_ == 0) {
        end_epoch(metrics);
        begin_epoch(state_.step);
      }
      progress.update(state_.step, loss_text_);
    }
    if (state_.step > saved_step_) save();
  }

 private:
  std::shared_ptr<PolicyModel> make_model() const {
    auto model = make_policy_model(job_.description, RandomStream(job_.seed, "init"));
    model->to(job_.device, weights_type(options_.precision));
    if (job_.teacher) model->set_teacher(job_.teacher);
    if (job_.initial_weights) copy_weights(*job_.initial_weights, *model);
    return model;
  }

  void step() {
    const std::int64_t begin = state_.step % steps_per_epoch_ * options_.batch_size;
    const std::int64_t end = std::min(begin + options_.batch_size, train_.size());
    const at::Tensor loss =
        step_.run(train_.batch(order_.slice(0, begin, end)), batch_draws_, static_cast<std::uint64_t>(state_.step),
                  learning_rate(state_.step, total_steps_, options_.learning_rate, options_.warm_up));
    losses_[state_.step % steps_per_epoch_].copy_(loss);
    ++state_.step;
  }

  /// The order of an epoch's rows is a function of (seed, epoch).
  void begin_epoch(std::int64_t step) {
    indices_ = permutation(shuffles_, static_cast<std::uint64_t>(step / steps_per_epoch_), train_.size());
    order_ = at::from_blob(indices_.data(), {train_.size()}, at::kLong).to(job_.device);
    epoch_begin_ = Clock::now();
    epoch_begin_step_ = step;
  }

  void end_epoch(MetricsLog& metrics) {
    const at::NoGradGuard no_grad;
    check_losses(steps_per_epoch_);
    const std::int64_t epoch = state_.step / steps_per_epoch_;
    const double rate = static_cast<double>(state_.step - epoch_begin_step_) / seconds_since(epoch_begin_);
    const double train_loss = losses_.mean().item<double>();
    loss_text_ = fmt::format("loss {:.4f}", train_loss);
    nlohmann::json line = {
        {"step", state_.step},
        {"epoch", epoch},
        {"train_loss", train_loss},
        {"learning_rate", learning_rate(state_.step - 1, total_steps_, options_.learning_rate, options_.warm_up)},
        {"steps_per_second", rate}};
    if (validation_.size() > 0) line["validation_loss"] = validation_loss();
    const bool by_return = options_.best == "return" && job_.rollout && options_.rollout.every > 0;
    if (rollout_is_due(epoch)) {
      const std::vector<double> gaps = score_rollout(line);
      if (by_return) keep_if_best(gaps);
    }
    if (!by_return) keep_if_best({-line.value("validation_loss", train_loss)});
    metrics.write(line);
  }

  /// At fixed noise and times, so that two epochs differ by their weights alone.
  double validation_loss() const {
    constexpr std::int64_t rows = 1024;
    double sum = 0.0;
    for (std::int64_t begin = 0; begin < validation_.size(); begin += rows) {
      const std::int64_t end = std::min(begin + rows, validation_.size());
      const auto position = static_cast<std::uint64_t>(begin / rows);
      const at::Tensor loss = averaged_->loss(validation_.range(begin, end), validation_draws_, position);
      sum += loss.item<double>() * static_cast<double>(end - begin);
    }
    return sum / static_cast<double>(validation_.size());
  }

  bool rollout_is_due(std::int64_t epoch) const {
    const int every = options_.rollout.every;
    return job_.rollout && every > 0 && (epoch % every == 0 || epoch == options_.epochs);
  }

  /// @return the gap to the expert, episode by episode
  std::vector<double> score_rollout(nlohmann::json& line) {
    SamplerOptions quick = job_.description.sampler;
    quick.steps = options_.rollout.steps;
    averaged_->set_sampler(quick);
    const PairedReturns returns = job_.rollout(averaged_);
    averaged_->set_sampler(job_.description.sampler);
    const std::vector<double> gaps = differences(returns.policy, returns.expert);
    line["rollout_return"] = mean(returns.policy);
    line["rollout_expert_return"] = mean(returns.expert);
    line["rollout_gap"] = mean(gaps);
    spdlog::info("epoch {:>4}: {}, rollout return {:.1f} (expert {:.1f}, paired gap {:+.2f})",
                 state_.step / steps_per_epoch_, loss_text_, mean(returns.policy), mean(returns.expert), mean(gaps));
    return gaps;
  }

  /// @param figures the higher the better
  void keep_if_best(const std::vector<double>& figures) {
    if (!state_.best.empty() && is_worse(figures, state_.best)) return;
    state_.best = figures;
    state_.best_step = state_.step;
    write_safetensors(checkpoints_ / "best.safetensors", checkpoint());
  }

  /// Looks at the losses of the epoch's first `count` steps only now, so that no step waits for the device.
  void check_losses(std::int64_t count) const {
    const at::Tensor losses = losses_.slice(0, 0, count).to(at::kCPU, at::kDouble).contiguous();
    for (std::int64_t i = 0; i < count; ++i) {
      const double loss = losses.data_ptr<double>()[i];
      if (std::isfinite(loss)) continue;
      const std::int64_t first = i * options_.batch_size;
      throw_input_error(
          "train: the loss is {} at step {} (epoch {}, batch {}: rows {}, {}, {} ... of the training data). "
          "A lower train.learning_rate or train.clip usually helps; checkpoints/last.safetensors is from before it.",
          loss, state_.step - count + i, (state_.step - 1) / steps_per_epoch_ + 1, i, indices_[first],
          indices_[std::min<std::int64_t>(first + 1, train_.size() - 1)],
          indices_[std::min<std::int64_t>(first + 2, train_.size() - 1)]);
    }
  }

  /// Before a step, so that what is saved is whole: steps done, and the ends of the epochs they completed.
  void save_if_due() {
    const bool stop = noted_signal() != 0;
    if (!stop && seconds_since(last_save_) < options_.checkpoint_seconds) return;
    save();
    if (stop) throw Interrupted(noted_signal());
  }

  SafeTensors checkpoint() const {
    SafeTensors content = describe_checkpoint(*model_, averaged_ == model_ ? nullptr : averaged_.get());
    content.metadata.insert(job_.metadata.begin(), job_.metadata.end());
    return content;
  }

  TrainingTensors tensors() const { return {model_, averaged_, step_.optimiser(), losses_}; }

  void save() {
    check_losses(state_.step % steps_per_epoch_);
    save_training(checkpoints_ / "last.safetensors", checkpoint(), tensors(), state_);
    last_save_ = Clock::now();
    saved_step_ = state_.step;
  }

  void restore() {
    std::filesystem::create_directories(checkpoints_);
    const std::filesystem::path last = checkpoints_ / "last.safetensors";
    if (!std::filesystem::exists(last)) return;
    state_ = load_training(last, tensors());
    saved_step_ = state_.step;
    spdlog::info("train: goes on from step {} of {}", state_.step, total_steps_);
  }

  const TrainOptions& options_;
  const TrainingJob& job_;
  const RandomStream batch_draws_{job_.seed, "batch"};
  const RandomStream validation_draws_{job_.seed, "validation"};
  const RandomStream shuffles_{job_.seed, "shuffle"};
  std::shared_ptr<PolicyModel> model_;
  std::shared_ptr<PolicyModel> averaged_;  ///< the moving average of the weights, or the model itself
  TrainingStep step_;
  TrainingData train_;
  TrainingData validation_;
  std::int64_t steps_per_epoch_;
  std::int64_t total_steps_;
  at::Tensor losses_;
  std::filesystem::path checkpoints_;
  TrainingState state_;
  std::vector<std::int64_t> indices_;
  at::Tensor order_;
  Clock::time_point epoch_begin_ = Clock::now();
  std::int64_t epoch_begin_step_ = 0;
  Clock::time_point last_save_ = Clock::now();
  std::int64_t saved_step_ = -1;
  std::string loss_text_;
};

}  // namespace

void train(const TrainOptions& options, const TrainingJob& job) { Trainer(options, job).run(); }

}  // namespace fm

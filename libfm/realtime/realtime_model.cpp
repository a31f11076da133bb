#include "libfm/realtime/realtime_model.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"

#include <algorithm>

namespace fm {
namespace {

std::vector<Times> times_of(const SamplingPlans& plans) {
  std::vector<Times> times;
  for (const PlannedEvaluation& e : plans.from_noise.evaluations) times.push_back(e.times);
  if (!plans.from_guess) return times;
  for (const PlannedEvaluation& e : plans.from_guess->evaluations) times.push_back(e.times);
  return times;
}

int stages_of(const SamplingPlans& plans) {
  std::size_t stages = 1;
  for (const PlannedEvaluation& e : plans.from_noise.evaluations) stages = std::max(stages, e.from.size() + 1);
  return static_cast<int>(stages);
}

/// Rows sampled together: fewer for many evaluations, so that the networks' tables for an action stay small.
int rows_together(int rows, std::size_t evaluations) {
  constexpr int most = 48, rows_and_evaluations = 2048;
  return std::clamp(rows_and_evaluations / static_cast<int>(evaluations), 1, std::clamp(rows, 1, most));
}

/// target = a x + b y, n numbers.
void combine(float a, const float* x, float b, const float* y, float* target, std::ptrdiff_t n) {
  for (std::ptrdiff_t i = 0; i < n; ++i) target[i] = a * x[i] + b * y[i];
}

/// x += sum_j weights_j k_j, terms with weight 0 left out.
void add_slopes(const std::vector<float>& weights, const float* k, float* x, std::ptrdiff_t n) {
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] != 0.0F) combine(1.0F, x, weights[j], k + static_cast<std::ptrdiff_t>(j) * n, x, n);
  }
}

}  // namespace

RealtimeModel::RealtimeModel(const SafeTensors& content, const std::string& where, const RealtimeOptions& options)
    : description_(description_from_metadata(content.metadata, where)) {
  if (options.sampler) description_.sampler = *options.sampler;
  const PolicyDescription& d = description_;
  visible_ = visible_inputs(d.spec, d.policy.hidden);
  size_ = d.policy.horizon.prediction * static_cast<int>(d.spec.actions.size());
  plans_ = plan_sampling(d);
  stages_ = stages_of(plans_);
  add_branches(CheckpointWeights(content, where), options);
}

/// The networks that sampler.guidance w requires: conditional for w = 1, unconditional for w = 0, else both.
void RealtimeModel::add_branches(const CheckpointWeights& weights, const RealtimeOptions& options) {
  const PolicyDescription& d = description_;
  const NetworkShape shape{.actions = size_,
                           .observations = d.policy.horizon.observations * static_cast<int>(d.spec.observations.size()),
                           .goals = static_cast<int>(d.spec.goals.size())};
  const std::vector<Times> times = times_of(plans_);
  const auto add = [&](const char* name, const NetworkShape& s, bool with_goal, bool without_goal) {
    const CheckpointWeights net = weights.under(name);
    branches_.push_back({make_realtime_network(d.network, s, times, net, options.precision, *options.kernels), s,
                         s.goals > 0 ? net.vector("null_goal", s.goals) : std::vector<float>(), with_goal,
                         without_goal});
  };
  const bool with_goal = shape.goals == 0 || d.sampler.guidance != 0.0;
  const bool without_goal = shape.goals > 0 && d.sampler.guidance != 1.0;
  const bool separate = is_flow(d.policy) && d.policy.flow.null_goal == "separate";
  if (!separate || with_goal) add("net.", shape, with_goal, without_goal && !separate);
  if (separate && without_goal) {
    add("null_net.", {.actions = shape.actions, .observations = shape.observations}, false, true);
  }
}

RealtimeWorkspace RealtimeModel::workspace(int rows) const {
  const int together = rows_together(rows, times_of(plans_).size());
  const auto numbers = [together](int width, int copies = 1) {
    return static_cast<std::size_t>(together) * static_cast<std::size_t>(padded(width)) *
           static_cast<std::size_t>(copies);
  };
  RealtimeWorkspace w{.rows = together};
  w.features.resize(numbers(branches_.front().shape.condition(), 2));
  for (AlignedVector<float>* buffer : {&w.state, &w.point}) buffer->resize(numbers(size_));
  for (AlignedVector<float>* buffer : {&w.input, &w.output}) buffer->resize(numbers(size_, 2));
  w.slopes.resize(numbers(size_, stages_));
  for (const Branch& branch : branches_) w.scratch.emplace_back(branch.network->scratch(branch_rows(branch, together)));
  return w;
}

void RealtimeModel::sample(const RealtimeSample& s, RealtimeWorkspace& w) const {
  const NetworkShape& shape = branches_.front().shape;
  const auto goals = static_cast<std::ptrdiff_t>(description_.spec.goals.size());
  for (std::ptrdiff_t begin = 0; begin < s.rows; begin += w.rows) {
    sample_block({.rows = static_cast<int>(std::min<std::ptrdiff_t>(w.rows, s.rows - begin)),
                  .observations = s.observations + begin * shape.observations,
                  .goals = s.goals + begin * goals,
                  .noise = s.noise + begin * size_ * noises(),
                  .guess = s.guess != nullptr ? s.guess + begin * size_ : nullptr,
                  .actions = s.actions + begin * size_},
                 w);
  }
}

void RealtimeModel::sample_block(const RealtimeSample& s, RealtimeWorkspace& w) const {
  const SamplingPlan& plan = s.guess != nullptr ? *plans_.from_guess : plans_.from_noise;
  const int begin = s.guess != nullptr ? static_cast<int>(plans_.from_noise.evaluations.size()) : 0;
  const int count = static_cast<int>(plan.evaluations.size());
  for (std::size_t b = 0; b < branches_.size(); ++b) condition(b, s, begin, begin + count, w);

  const std::ptrdiff_t stride = padded(size_), n = s.rows * stride, noise_stride = size_ * noises();
  float* const z = w.state.data();
  float* const x = w.point.data();
  float* const k = w.slopes.data();
  const auto commit = [&](float* to) {
    for (int r = 0; r < s.rows && plan.committed > 0; ++r) {
      std::copy_n(s.guess + r * size_, plan.committed, to + r * stride);
    }
  };
  for (int r = 0; r < s.rows; ++r) {
    const float* noise = s.noise + r * noise_stride;
    combine(plan.of_guess, s.guess != nullptr ? s.guess + r * size_ : noise, plan.of_noise, noise, z + r * stride,
            size_);
  }
  const float* sample = s.noise;  // of row 0, the one that was taken last
  for (int i = 0; i < count; ++i) {
    const PlannedEvaluation& e = plan.evaluations[static_cast<std::size_t>(i)];
    std::copy(z, z + n, x);
    add_slopes(e.from, k, x, n);
    commit(x);
    evaluate(begin + i, e.input_scale, s.rows, w);
    combine(e.of_state, x, e.of_output, w.output.data(), e.jumps ? z : k + std::ssize(e.from) * n, n);
    add_slopes(e.step, k, z, n);
    if (!e.draws) continue;
    sample += size_;
    for (int r = 0; r < s.rows; ++r) {
      combine(1.0F, z + r * stride, e.of_noise, sample + r * noise_stride, z + r * stride, size_);
    }
  }
  commit(z);
  for (int r = 0; r < s.rows; ++r) std::copy(z + r * stride, z + r * stride + size_, s.actions + r * size_);
}

/// Rows with their goals first, then those with the null goal.
void RealtimeModel::condition(std::size_t branch, const RealtimeSample& s, int begin, int end,
                              RealtimeWorkspace& w) const {
  const Branch& b = branches_[branch];
  const RowView features{w.features.data(), padded(b.shape.condition())};
  const int rows = branch_rows(b, s.rows);
  for (int r = 0; r < rows; ++r) {
    const int source = r % s.rows;
    float* row = features.row(r);
    row = std::copy_n(s.observations + source * b.shape.observations, b.shape.observations, row);
    const bool with_goal = b.with_goal && r < s.rows;
    std::copy_n(with_goal ? s.goals + source * b.shape.goals : b.null_goal.data(), b.shape.goals, row);
  }
  b.network->condition(begin, end, rows, features, w.scratch[branch].data());
}

/// w.output = f(scale w.point, times of evaluation `index`), guided.
void RealtimeModel::evaluate(int index, float scale, int rows, RealtimeWorkspace& w) const {
  const std::ptrdiff_t stride = padded(size_), n = rows * stride;
  for (std::ptrdiff_t i = 0; i < n; ++i)
    w.input[static_cast<std::size_t>(i)] = scale * w.point[static_cast<std::size_t>(i)];
  std::copy(w.input.data(), w.input.data() + n, w.input.data() + n);
  float* output = w.output.data();
  int evaluated = 0;
  for (std::size_t b = 0; b < branches_.size(); ++b) {
    const int part = branch_rows(branches_[b], rows);
    branches_[b].network->evaluate(index, part, {w.input.data(), stride}, {output + evaluated * stride, stride},
                                   w.scratch[b].data());
    evaluated += part;
  }
  if (evaluated == rows) return;
  const float* without = output + n;
  const auto guidance = static_cast<float>(description_.sampler.guidance);
  for (std::ptrdiff_t i = 0; i < n; ++i) output[i] = without[i] + guidance * (output[i] - without[i]);
}

void RealtimeModel::normalise_observations(std::span<const double> observations, float* normalised) const {
  const std::size_t size = visible_.observations.size();
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const std::size_t j = i % size;
    const double value = description_.observations.normalise(j, observations[i]);
    normalised[i] =
        visible_.observations[j] != 0.0 ? static_cast<float>(value) : 0.0F;  // whatever the hidden value, even NaN
  }
}

void RealtimeModel::normalise_goal(std::span<const double> goal, float* normalised) const {
  for (std::size_t j = 0; j < goal.size(); ++j) {
    const double value = description_.goals.normalise(j, goal[j]);
    normalised[j] = visible_.goals[j] != 0.0 ? static_cast<float>(value) : 0.0F;
  }
}

void RealtimeModel::execute(const float* normalised, const double* reference, double* action) const {
  const std::vector<Dimension>& bounds = description_.spec.actions;
  for (std::size_t j = 0; j < bounds.size(); ++j) {
    const double predicted = description_.actions.denormalise(j, normalised[j]);
    action[j] = std::clamp(predicted + reference[j], bounds[j].low, bounds[j].high);
  }
}

void check_runs_realtime(const PolicyDescription& description) {
  plan_sampling(description);
  check_realtime_network(description.network);
}

std::shared_ptr<const RealtimeModel> load_realtime(const std::filesystem::path& checkpoint,
                                                   const RealtimeOptions& options) {
  const SafeTensors content = read_safetensors(checkpoint);
  check_verified(content, checkpoint.string());
  return std::make_shared<RealtimeModel>(content, checkpoint.string(), options);
}

}  // namespace fm

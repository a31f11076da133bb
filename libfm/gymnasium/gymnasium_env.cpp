#include "libfm/gymnasium/gymnasium_env.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/env/rollout.hpp"
#include "libfm/gymnasium/worker.hpp"

#include <omp.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

namespace fm {
namespace {

class GymnasiumEnv final : public VectorEnv {
 public:
  GymnasiumEnv(const GymnasiumOptions& options, const EnvSpec& spec, int copies)
      : options_(options), spec_(spec), rows_(static_cast<std::size_t>(copies)),
        observations_(Matrix::Zero(copies, std::ssize(spec.observations))),
        goals_(Matrix::Zero(copies, std::ssize(spec.goals))) {}

  /// All workers end at once, not one after the other.
  ~GymnasiumEnv() override {
    for (const Worker& worker : workers_) worker.process->end();
  }
  GymnasiumEnv(const GymnasiumEnv&) = delete;
  GymnasiumEnv& operator=(const GymnasiumEnv&) = delete;

  const EnvSpec& spec() const override { return spec_; }
  int copies() const override { return static_cast<int>(rows_.size()); }
  const Matrix& observations() const override { return observations_; }
  const Matrix& goals() const override { return goals_; }
  Matrix states() const override { return Matrix(copies(), 0); }

  void reset(std::span<const int> rows, std::span<const std::uint64_t> episodes, const RandomStream& initial) override {
    if (workers_.empty()) start_workers();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto [rows_of_worker, k] = shared(rows[i]);
      rows_of_worker->commands[k] = SharedRows::reset;
      rows_of_worker->seeds[k] = options_.first_seed ? *options_.first_seed + episodes[i]
                                                     : initial.at(episodes[i]).bits() >> 1U;  // many take 31 bits
      rows_[static_cast<std::size_t>(rows[i])] = {.ended = false};
    }
    run();
    for (const int row : rows) observe(row);
    clear_commands();
  }

  void step(const Matrix& actions, StepResult& result) override {
    result.clear(copies());
    for (int i = 0; i < copies(); ++i) {
      Row& row = rows_[static_cast<std::size_t>(i)];
      if (row.ended) continue;
      if (!actions.row(i).allFinite()) {
        result.rewards[i] = std::numeric_limits<double>::quiet_NaN();
        result.terminated[static_cast<std::size_t>(i)] = row.ended = true;
        continue;
      }
      const auto [rows_of_worker, k] = shared(i);
      rows_of_worker->commands[k] = SharedRows::step;
      for (std::size_t j = 0; j < spec_.actions.size(); ++j) {
        rows_of_worker->actions[k * spec_.actions.size() + j] =
            std::clamp(actions(i, static_cast<Eigen::Index>(j)), spec_.actions[j].low, spec_.actions[j].high);
      }
    }
    run();
    for (int i = 0; i < copies(); ++i) {
      if (!rows_[static_cast<std::size_t>(i)].ended) record(i, result);
    }
    clear_commands();
  }

  std::map<std::string, double> metrics(std::span<const Episode> episodes) const override {
    double highest = 0.0, full_length = 0.0;
    for (const Episode& episode : episodes) {
      highest += std::ranges::max(episode.rewards);
      full_length += episode.terminated.back() == 0 ? 1.0 : 0.0;
    }
    const auto count = static_cast<double>(episodes.size());
    return {{"highest_reward", highest / count}, {"full_length", full_length / count}};
  }

  void set_goals(std::span<const int>, const Matrix&) override {
    throw_input_error("environment '{}' is Gymnasium's: its goals cannot be set", spec_.name);
  }
  void set_states(std::span<const int>, const Matrix&) override {
    throw_input_error("environment '{}' is Gymnasium's: its state cannot be set", spec_.name);
  }

 private:
  struct Row {
    int steps = 0;
    bool ended = true;  ///< or has not begun
  };
  struct Worker {
    int begin, end;  ///< of the copies that it runs
    std::unique_ptr<GymnasiumWorker> process;
  };

  /// As many workers as threads, unless this is parallel work already; more if copies are many.
  void start_workers() {
    const int parallel = omp_in_parallel() != 0 ? 1 : std::min(threads(), copies());
    const int count = std::max(parallel, (copies() + options_.copies - 1) / options_.copies);
    for (int i = 0; i < count; ++i) {
      const int begin = copies() * i / count, end = copies() * (i + 1) / count;
      workers_.push_back({begin, end, std::make_unique<GymnasiumWorker>(options_, end - begin)});
      GymnasiumWorker& worker = *workers_.back().process;
      if (worker.spec().observations != spec_.observations || worker.spec().actions != spec_.actions ||
          worker.spec().goals != spec_.goals) {
        throw_input_error("env.gymnasium: the spaces of '{}' have changed since this program started", spec_.name);
      }
      worker.make_copies();
    }
  }

  /// Where a copy is: in the memory shared with a worker, and its row there.
  std::pair<SharedRows*, std::size_t> shared(int copy) const {
    const auto worker = std::ranges::find_if(workers_, [&](const Worker& w) { return copy < w.end; });
    return {&worker->process->rows(), static_cast<std::size_t>(copy - worker->begin)};
  }

  /// Lets every worker with a command do it, at the same time.
  void run() {
    const auto is_busy = [](const Worker& worker) {
      return std::ranges::any_of(worker.process->rows().commands, [](std::uint8_t c) { return c != SharedRows::idle; });
    };
    for (const Worker& worker : workers_) {
      if (is_busy(worker)) worker.process->request();
    }
    for (const Worker& worker : workers_) {
      if (is_busy(worker)) worker.process->wait();
    }
  }

  void clear_commands() {
    for (const Worker& worker : workers_) std::ranges::fill(worker.process->rows().commands, SharedRows::idle);
  }

  void observe(int copy) {
    const auto [rows, k] = shared(copy);
    const std::size_t o = spec_.observations.size(), g = spec_.goals.size();
    std::copy_n(rows->observations.begin() + static_cast<std::ptrdiff_t>(k * o), o, observations_.row(copy).data());
    std::copy_n(rows->goals.begin() + static_cast<std::ptrdiff_t>(k * g), g, goals_.row(copy).data());
  }

  void record(int copy, StepResult& result) {
    const auto [rows, k] = shared(copy);
    const auto i = static_cast<std::size_t>(copy);
    Row& row = rows_[i];
    ++row.steps;
    observe(copy);
    result.rewards[copy] = rows->rewards[k];
    result.terminated[i] = rows->terminated[k];
    result.truncated[i] = result.terminated[i] == 0 && (rows->truncated[k] != 0 || row.steps >= spec_.horizon);
    result.success[i] = rows->success[k];
    row.ended = result.terminated[i] != 0 || result.truncated[i] != 0;
  }

  GymnasiumOptions options_;
  EnvSpec spec_;
  std::vector<Row> rows_;
  Matrix observations_, goals_;
  std::vector<Worker> workers_;
};

/// What a worker says about an environment.
struct Description {
  EnvSpec spec;
  std::string content;
};

Description describe(const GymnasiumOptions& options) {
  const GymnasiumWorker worker(options, 0);
  if (worker.spec().horizon == 0) {
    throw_input_error("env.gymnasium: '{}' has no max_episode_steps; set env.gymnasium.horizon", options.id);
  }
  return {worker.spec(), worker.content()};
}

/// Asks a worker once for each value of the options.
Description description_of(const GymnasiumOptions& options) {
  static std::mutex mutex;
  static std::map<std::string, Description> known;
  const std::scoped_lock lock(mutex);
  const std::string key = options_to_json(options).dump();
  if (const auto found = known.find(key); found != known.end()) return found->second;
  return known.emplace(key, describe(options)).first->second;
}

}  // namespace

std::string gymnasium_content(const GymnasiumOptions& options) { return description_of(options).content; }

EnvFactory make_gymnasium(const GymnasiumOptions& options) {
  const EnvSpec spec = description_of(options).spec;
  return {.spec = spec,
          .make = [options, spec](int copies) { return std::make_unique<GymnasiumEnv>(options, spec, copies); },
          .most_copies = options.copies};
}

}  // namespace fm

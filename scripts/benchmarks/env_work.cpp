#include "scripts/benchmarks/works.hpp"

#include "libfm/task/environments.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace fm::bench {
namespace {

/// Copies of an environment with random actions; rows that have ended are restarted.
class Stepping {
 public:
  Stepping(const EnvOptions& options, int copies) : env_(make_env(options).make(copies)) {
    std::vector<int> rows(static_cast<std::size_t>(copies));
    std::iota(rows.begin(), rows.end(), 0);
    restart(rows);
    for (Matrix& actions : actions_) {
      actions.resize(copies, std::ssize(env_->spec().actions));
      for (Eigen::Index i = 0; i < actions.rows(); ++i) {
        for (Eigen::Index j = 0; j < actions.cols(); ++j) {
          const Dimension& d = env_->spec().actions[static_cast<std::size_t>(j)];
          actions(i, j) = draws_.uniform(d.low, d.high);
        }
      }
    }
  }

  void step() {
    env_->step(actions_[next_++ % actions_.size()], result_);
    std::vector<int> ended;
    for (int i = 0; i < env_->copies(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      if (result_.terminated[k] != 0 || result_.truncated[k] != 0) ended.push_back(i);
    }
    if (!ended.empty()) restart(ended);
  }

 private:
  void restart(const std::vector<int>& rows) {
    std::vector<std::uint64_t> episodes;
    for (std::size_t i = 0; i < rows.size(); ++i) episodes.push_back(episode_++);
    env_->reset(rows, episodes, initial_);
  }

  std::unique_ptr<VectorEnv> env_;
  RandomStream initial_{0, "rollout"};
  Draws draws_ = RandomStream(0, "actions").at(0);
  std::array<Matrix, 16> actions_;
  std::size_t next_ = 0;
  std::uint64_t episode_ = 0;
  StepResult result_;
};

TimedWork env_work(const EnvOptions& options, int copies, int steps) {
  const auto stepping = std::make_shared<Stepping>(options, copies);
  return {.run =
              [=] {
                for (int i = 0; i < steps; ++i) stepping->step();
              },
          .units = copies * steps};
}

}  // namespace

TimedWork pendulum_work() { return env_work({.name = "pendulum"}, 1024, 200); }

TimedWork humanoid_work() { return env_work({.name = "humanoid"}, 64, 10); }

TimedWork bridge_work(const std::string& id) {
  EnvOptions options{.name = "gymnasium", .gymnasium = {.id = id}};
  if (const char* python = std::getenv("FM_BENCH_PYTHON")) options.gymnasium.python = python;
  return env_work(options, 8, 50);
}

}  // namespace fm::bench

#include "scripts/benchmarks/works.hpp"

#include "libfm/task/environments.hpp"

#include <algorithm>
#include <numeric>

namespace fm::bench {
namespace {

constexpr int copies = 1024;

class Stepping {
 public:
  Stepping() { std::iota(rows_.begin(), rows_.end(), 0); }

  /// All copies start together, so their episodes end together.
  void episode() {
    env_->reset(rows_, episodes_, initial_);
    do env_->step(torques_, result_);
    while (result_.truncated[0] == 0);
    for (std::uint64_t& episode : episodes_) episode += copies;
  }

  std::int64_t horizon() const { return env_->spec().horizon; }

 private:
  std::unique_ptr<VectorEnv> env_ = make_env({}).make(copies);
  std::vector<int> rows_ = std::vector<int>(copies);
  std::vector<std::uint64_t> episodes_ = std::vector<std::uint64_t>(rows_.begin(), rows_.end());
  RandomStream initial_{0, "rollout"};
  Matrix torques_ = normal_matrix(copies, 1);
  StepResult result_;
};

}  // namespace

TimedWork pendulum_work() {
  const auto stepping = std::make_shared<Stepping>();
  return {.run = [stepping] { stepping->episode(); }, .units = copies * stepping->horizon()};
}

}  // namespace fm::bench

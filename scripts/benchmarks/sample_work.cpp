#include "scripts/benchmarks/works.hpp"

#include "libfm/policy/draws.hpp"
#include "libfm/policy/policy_model.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/core/grad_mode.h>

#include <numeric>

namespace fm::bench {

TimedWork sample_work(const PolicySizes& sizes, int rows) {
  const std::shared_ptr<PolicyModel> model = make_policy_model(describe(sizes), RandomStream(0, "init"));
  const Matrix observations = normal_matrix(rows, sizes.observations);
  std::vector<std::uint64_t> episodes(static_cast<std::size_t>(rows));
  std::iota(episodes.begin(), episodes.end(), 0);
  std::vector<std::uint32_t> steps(episodes.size(), 0);
  return {.run = [=]() mutable {
    const at::NoGradGuard no_grad;
    for (std::uint32_t& step : steps) ++step;
    const at::Tensor noise = draw_noise(RandomStream(0, "noise"), episodes, steps, 1, 1, sizes.actions);
    const at::Tensor seen = view_as_tensor(observations).unsqueeze(1), goals = seen.new_empty({rows, 0});
    to_matrix(model->executable(model->sample(model->condition(seen, goals), noise)));
  }};
}

}  // namespace fm::bench

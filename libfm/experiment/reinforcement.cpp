#include "libfm/experiment/reinforcement.hpp"

#include "libfm/experiment/checkpoint_origin.hpp"
#include "libfm/experiment/training.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/rl/reinforce.hpp"

namespace fm {

void reinforce(const RunDirectory& run) {
  const Experiment& e = run.experiment();
  const EnvFactory env = make_env(e.env);
  ReinforcementJob job{.description = normalised_by_bounds(describe_untrained(e, env.spec)),
                       .env = env,
                       .seed = e.seed,
                       .device = find_device(e.device),
                       .directory = run.path(),
                       .rollout = make_score(e),
                       .metadata = origin_metadata(e),
                       .initial_weights = nullptr,
                       .checkpoint_seconds = e.train.checkpoint_seconds};
  if (e.imitates()) {
    job.initial_weights = load_initial(run.imitation().string(), job.description);
  } else if (e.train.init) {
    job.initial_weights = load_initial(*e.train.init, job.description);
  }
  reinforce(e.rl, job);
}

}  // namespace fm

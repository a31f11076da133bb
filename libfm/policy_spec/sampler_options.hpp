#pragma once
// How a trained policy is sampled. Every setting here can be changed without retraining.

#include "libfm/core/fields.hpp"
#include "libfm/flow_math/time_grid.hpp"

#include <string>
#include <vector>

namespace fm {

/// The Runge-Kutta methods of flow_math/butcher_tableau.hpp, and euler_maruyama.
std::vector<std::string> sampler_names();

inline constexpr const char* euler_maruyama = "euler_maruyama";

/// Error control of an adaptive method: a step is accepted if its error is at most atol + rtol |z|, root mean square
/// over a row.
struct AdaptiveOptions {
  double rtol = 1e-4;
  double atol = 1e-4;
  int max_steps = 1000;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("rtol", rtol, "error tolerance of a step, relative to z", above(0.0));
    visit("atol", atol, "absolute error tolerance of a step, in normalised units", above(0.0));
    visit("max_steps", max_steps, "steps, including rejected ones, after which sampling fails", between(1, 1e7));
  }
};

struct StochasticOptions {
  double noise = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("noise", noise, "amount of noise injected and removed again along the path; 0: none", at_least(0.0));
  }
};

struct SamplerOptions {
  std::string solver = "euler";
  std::string engine = "libtorch";
  int steps = 20;
  std::string grid = "uniform";
  double temperature = 1.0;
  double action_noise = 0.0;
  double guidance = 1.0;
  int executed = 1;
  double warm_start = 0.0;
  double ensemble = 0.0;
  int delay = 0;
  std::string prefix = "none";
  double prefix_guidance = 5.0;
  std::vector<double> rate_limit;
  AdaptiveOptions adaptive;
  StochasticOptions euler_maruyama;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("solver", solver, "solver that integrates from noise to action", one_of(sampler_names()));
    visit("engine", engine,
          "inference engine in evaluation; realtime: without LibTorch, microseconds per action; realtime_bfloat16: the "
          "same with weights rounded to bfloat16",
          one_of({"libtorch", "realtime", "realtime_bfloat16"}));
    visit("steps", steps, "number of solver steps; adaptive solvers choose their own", between(1, 10000));
    visit("grid", grid, "spacing of the steps", one_of(grid_names()));
    visit("temperature", temperature, "standard deviation of the initial noise", at_least(0.0));
    visit("action_noise", action_noise,
          "standard deviation of Gaussian noise added to sampled actions, in normalised units", at_least(0.0));
    visit("guidance", guidance,
          "w in v = v(no goal) + w (v(goal) - v(no goal)); 0: unconditional, 1: conditional, as trained",
          at_least(0.0));
    visit("executed", executed, "actions of each prediction that are executed before the next", between(1, 1000));
    visit("warm_start", warm_start,
          "flow time at which sampling starts from the last prediction, shifted and noised; 0: start from noise",
          from_to_below(0.0, 1.0));
    visit("ensemble", ensemble,
          "each action is the mean of all predictions for its step with weights exp(-ensemble age), age in "
          "predictions; 0: only the last prediction",
          at_least(0.0));
    visit("delay", delay,
          "steps that a prediction takes: until it is there, the last prediction's actions are executed; an episode's "
          "first prediction is there at once",
          between(0, 1000));
    visit("prefix", prefix,
          "how a prediction continues the last one, whose next `delay` actions are executed meanwhile (real-time "
          "chunking); none: it does not; guided: a flow is guided towards the last prediction where they overlap; "
          "trained: the network is given those actions, see policy.horizon.largest_delay",
          one_of({"none", "guided", "trained"}));
    visit("prefix_guidance", prefix_guidance, "largest weight of the guidance of `prefix: guided`", above(0.0));
    visit(
        "rate_limit", rate_limit,
        "largest change of an executed action, in its unit per second: one number, or one for each dimension; 0, or an "
        "empty list: none",
        list_of(0, 100000, at_least(0.0)));
    visit("adaptive", adaptive, "options of the adaptive solvers, bosh3 and dopri5");
    visit("euler_maruyama", euler_maruyama, "options of `solver: euler_maruyama`");
  }
};

}  // namespace fm

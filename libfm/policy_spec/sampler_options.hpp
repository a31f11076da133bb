#pragma once
// How a trained policy is sampled. Every setting here can be changed without training again.

#include "libfm/core/fields.hpp"
#include "libfm/flow_math/time_grid.hpp"

#include <string>
#include <vector>

namespace fm {

/// The Runge-Kutta methods of model/butcher_tableau.hpp, and the stochastic method.
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
    visit("rtol", rtol, "tolerated error of a step, relative to z", above(0.0));
    visit("atol", atol, "tolerated error of a step, normalised units", above(0.0));
    visit("max_steps", max_steps, "steps, rejected ones too, after which sampling fails", between(1, 1e7));
  }
};

struct StochasticOptions {
  double noise = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("noise", noise, "how much noise is added and taken away again along the path; 0: none", at_least(0.0));
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
  AdaptiveOptions adaptive;
  StochasticOptions euler_maruyama;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("solver", solver, "the method that carries noise to action", one_of(sampler_names()));
    visit("engine", engine,
          "what runs the network when the policy is evaluated; realtime: without LibTorch, for one action in "
          "microseconds; realtime_bfloat16: with weights rounded to bfloat16",
          one_of({"libtorch", "realtime", "realtime_bfloat16"}));
    visit("steps", steps, "its number of steps; an adaptive method chooses its own", between(1, 10000));
    visit("grid", grid, "where the steps lie", one_of(grid_names()));
    visit("temperature", temperature, "standard deviation of the noise that sampling begins with", at_least(0.0));
    visit("action_noise", action_noise, "standard deviation of Gaussian noise on the sampled action, normalised units",
          at_least(0.0));
    visit("guidance", guidance,
          "w in v = v(no goal) + w (v(goal) - v(no goal)); 0: as if there were no goal, 1: the goal as learned",
          at_least(0.0));
    visit("executed", executed, "actions of each prediction that are executed before the next", between(1, 1000));
    visit("warm_start", warm_start,
          "flow time that sampling begins at, from the last prediction, shifted and noised; 0: from noise alone",
          from_to_below(0.0, 1.0));
    visit("ensemble", ensemble,
          "every action is the mean of all predictions made for its step, weighted exp(-ensemble age), age in "
          "predictions; 0: the last alone",
          at_least(0.0));
    visit("adaptive", adaptive, "options of the solvers that adapt their steps, bosh3 and dopri5");
    visit("euler_maruyama", euler_maruyama, "options of `solver: euler_maruyama`");
  }
};

}  // namespace fm

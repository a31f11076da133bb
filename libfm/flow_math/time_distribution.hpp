#pragma once
// Where along the path a network is trained: laws of the flow time on [0, 1].

#include "libfm/core/fields.hpp"
#include "libfm/core/random.hpp"

#include <string>
#include <vector>

namespace fm {

/// t = 1 / (1 + exp(-(mean + deviation n))), n ~ N(0, 1) (Esser et al. 2024, section 3.1).
struct LogitNormalOptions {
  double mean = 0.0;
  double deviation = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("mean", mean, "of the normal variable; above 0: nearer to the data");
    visit("deviation", deviation, "its standard deviation", above(0.0));
  }
};

/// t ~ Beta(a, b). a < b dwells at the noise, as pi-0 does with a reversed Beta(1.5, 1) (Black et al. 2024).
struct BetaOptions {
  double a = 1.0;
  double b = 1.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("a", a, "density t^(a-1) (1-t)^(b-1)", between(0.1, 100.0));
    visit("b", b, "of the same", between(0.1, 100.0));
  }
};

std::vector<std::string> time_distribution_names();

struct TimeDistributionOptions {
  std::string name = "uniform";
  LogitNormalOptions logit_normal;
  BetaOptions beta;
  std::string weight = "none";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "law of the times in training", one_of(time_distribution_names()));
    visit("logit_normal", logit_normal, "options of `name: logit_normal`");
    visit("beta", beta, "options of `name: beta`");
    visit("weight", weight,
          "none: the law decides what counts; inverse_density: each time's loss is divided by its density, so that the "
          "loss is the uniform law's, estimated at other times",
          one_of({"none", "inverse_density"}));
  }
};

/// One time in [0, 1].
double draw_time(const TimeDistributionOptions& options, Draws& draws);

/// The law's density at t in (0, 1).
double time_density(const TimeDistributionOptions& options, double t);

/// What a time's loss is multiplied by; at most 100, so that no single row rules the batch.
double time_weight(const TimeDistributionOptions& options, double t);

}  // namespace fm

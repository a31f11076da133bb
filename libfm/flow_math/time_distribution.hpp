#pragma once
// Distributions of the flow time t in [0, 1] at which a network is trained.

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
    visit("mean", mean, "mean of the normal variable; above 0: times nearer to the data");
    visit("deviation", deviation, "standard deviation of the normal variable", above(0.0));
  }
};

/// t ~ Beta(a, b). a < b favours times near the noise, as pi-0 does with Beta(1.5, 1) of 1 - t (Black et al. 2024).
struct BetaOptions {
  double a = 1.0;
  double b = 1.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("a", a, "a of the density t^(a-1) (1-t)^(b-1)", between(0.1, 100.0));
    visit("b", b, "b of the density t^(a-1) (1-t)^(b-1)", between(0.1, 100.0));
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
    visit("name", name, "distribution of the flow time in training", one_of(time_distribution_names()));
    visit("logit_normal", logit_normal, "options of `name: logit_normal`");
    visit("beta", beta, "options of `name: beta`");
    visit("weight", weight,
          "none: all drawn times have equal weight; inverse_density: a row's loss is divided by the density of its "
          "time, an importance-sampled estimate of the loss over uniform times",
          one_of({"none", "inverse_density"}));
  }
};

/// The distribution named by the options. Thread-safe.
class TimeDistribution {
 public:
  /// @throws InputError for a name that is not in the table.
  explicit TimeDistribution(const TimeDistributionOptions& options);

  /// One time in [0, 1].
  double draw(Draws& draws) const { return draw_(options_, draws); }

  /// The density at t in (0, 1).
  double density(double t) const { return density_(options_, t); }

  /// The weight of the loss at time t; at most 100, so that no single row dominates the batch.
  double weight(double t) const;

 private:
  TimeDistributionOptions options_;
  double (*draw_)(const TimeDistributionOptions&, Draws&);
  double (*density_)(const TimeDistributionOptions&, double t);
};

}  // namespace fm

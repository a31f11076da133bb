#include "libfm/flow_math/time_distribution.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fm {
namespace {

double draw_uniform(const TimeDistributionOptions&, Draws& draws) { return draws.uniform(); }
double uniform_density(const TimeDistributionOptions&, double) { return 1.0; }

double draw_logit_normal(const TimeDistributionOptions& o, Draws& draws) {
  return 1.0 / (1.0 + std::exp(-(o.logit_normal.mean + o.logit_normal.deviation * draws.normal())));
}

double logit_normal_density(const TimeDistributionOptions& o, double t) {
  const double x = (std::log(t / (1.0 - t)) - o.logit_normal.mean) / o.logit_normal.deviation;
  return std::exp(-0.5 * x * x) / (o.logit_normal.deviation * std::sqrt(2.0 * std::numbers::pi) * t * (1.0 - t));
}

/// Gamma(shape, 1) (Marsaglia and Tsang 2000; shapes below 1 by their boosting step).
double draw_gamma(double shape, Draws& draws) {
  if (shape < 1.0) return draw_gamma(shape + 1.0, draws) * std::pow(1.0 - draws.uniform(), 1.0 / shape);
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = draws.normal(), v = std::pow(1.0 + c * x, 3.0);
    if (v > 0.0 && std::log(1.0 - draws.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_beta(const TimeDistributionOptions& o, Draws& draws) {
  const double x = draw_gamma(o.beta.a, draws);
  return x / (x + draw_gamma(o.beta.b, draws));
}

double beta_density(const TimeDistributionOptions& o, double t) {
  const double a = o.beta.a, b = o.beta.b;
  return std::exp((a - 1.0) * std::log(t) + (b - 1.0) * std::log1p(-t) + std::lgamma(a + b) - std::lgamma(a) -
                  std::lgamma(b));
}

struct Row {
  const char* name;
  double (*draw)(const TimeDistributionOptions&, Draws&);
  double (*density)(const TimeDistributionOptions&, double t);
};

constexpr Row table[] = {{"uniform", draw_uniform, uniform_density},
                         {"logit_normal", draw_logit_normal, logit_normal_density},
                         {"beta", draw_beta, beta_density}};

}  // namespace

std::vector<std::string> time_distribution_names() { return names_in(table); }

TimeDistribution::TimeDistribution(const TimeDistributionOptions& options) : options_(options) {
  const Row* row = find_row(table, options.name);
  if (row == nullptr) {
    throw_input_error("policy.flow.time.name: no distribution '{}' (known: {})", options.name,
                      fmt::join(names_in(table), ", "));
  }
  draw_ = row->draw;
  density_ = row->density;
}

double TimeDistribution::weight(double t) const {
  constexpr double most = 100.0;
  if (options_.weight == "none") return 1.0;
  return std::min(most, 1.0 / density(std::clamp(t, 1e-12, 1.0 - 1e-12)));
}

}  // namespace fm

#include "libfm/policy_spec/rate_limit.hpp"

#include "libfm/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

RateLimit::RateLimit(const PolicyDescription& d) {
  const std::vector<double>& rates = d.sampler.rate_limit;
  const std::size_t size = d.spec.actions.size();
  if (std::none_of(rates.begin(), rates.end(), [](double rate) { return rate > 0.0; })) return;
  if (rates.size() != 1 && rates.size() != size) {
    throw_input_error("sampler.rate_limit: has {} numbers for {} dimensions of the action; give one, or one for each",
                      rates.size(), size);
  }
  if (!(d.spec.time_step > 0.0) || !std::isfinite(d.spec.time_step)) {
    throw_input_error(
        "sampler.rate_limit: is per second, but the time between actions is not known (time_step: {}); set []",
        d.spec.time_step);
  }
  for (std::size_t j = 0; j < size; ++j) {
    const double rate = rates[rates.size() == 1 ? 0 : j];
    largest_changes_.push_back(rate > 0.0 ? rate * d.spec.time_step : std::numeric_limits<double>::infinity());
  }
}

void RateLimit::reset(int copies, std::span<const int> rows) {
  const std::size_t size = largest_changes_.size();
  last_.resize(static_cast<std::size_t>(copies) * size, none);
  for (const int row : rows) std::fill_n(last_.begin() + static_cast<std::ptrdiff_t>(row * size), size, none);
}

void RateLimit::apply(const PolicyInput& input, Matrix& actions) {
  const std::size_t size = largest_changes_.size();
  if (size == 0) return;
  for (Eigen::Index i = 0; i < actions.rows(); ++i) {
    if (!actions.row(i).allFinite()) continue;
    const std::size_t begin = static_cast<std::size_t>(input.copy(i)) * size;
    if (begin + size > last_.size()) last_.resize(begin + size, none);
    for (std::size_t j = 0; j < size; ++j) {
      double& last = last_[begin + j];
      double& action = actions(i, static_cast<Eigen::Index>(j));
      if (!std::isnan(last)) action = std::clamp(action, last - largest_changes_[j], last + largest_changes_[j]);
      last = action;
    }
  }
}

}  // namespace fm

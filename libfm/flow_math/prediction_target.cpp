#include "libfm/flow_math/prediction_target.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/named_table.hpp"

#include <numeric>

namespace fm {
namespace {

/// Lower bound on the divisors alpha and sigma. At an end of the path, a step of length h multiplies the network's
/// error, typically about 1 %, by h / margin: 5 for h = 1/20; with a margin of 1e-3 it would be 50.
constexpr double margin = 1e-2;

struct Row {
  const char* name;
  Target target;
};

constexpr Row table[] = {
    {"velocity", Target::velocity}, {"data", Target::data}, {"noise", Target::noise}, {"score", Target::score}};

/// The end of the interval from t = 0 on which a condition holds, by bisection.
template <class Condition>
double last_time(const Condition& holds) {
  double yes = 0.0, no = 1.0;
  for (int i = 0; i < 52; ++i) {
    const double middle = std::midpoint(yes, no);
    (holds(middle) ? yes : no) = middle;
  }
  return yes;
}

}  // namespace

std::vector<std::string> target_names() { return names_in(table); }

Target find_target(const std::string& name) {
  if (const Row* row = find_row(table, name)) return row->target;
  throw_input_error("policy.flow.target: no target '{}' (known: {})", name, fmt::join(target_names(), ", "));
}

TimeInterval closed_interval(const PathOptions& path, Target target) {
  const PathPoint<double> begin = path_at(path, 0.0), end = path_at(path, 1.0);
  const bool through_noise = target == Target::noise || target == Target::score;
  const bool through_sigma = target == Target::data || target == Target::score;
  const bool no_begin = begin.alpha == 0.0 && (through_noise || begin.alpha_dot == 0.0);
  const bool no_end = !std::isfinite(end.sigma_dot) || (end.sigma < margin && through_sigma);
  const auto small_alpha = [&](double t) { return path_at(path, t).alpha < margin; };
  const auto large_sigma = [&](double t) { return path_at(path, t).sigma > margin; };
  return {.begin = no_begin ? last_time(small_alpha) : 0.0, .end = no_end ? last_time(large_sigma) : 1.0};
}

}  // namespace fm

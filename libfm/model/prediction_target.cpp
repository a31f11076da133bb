#include "libfm/model/prediction_target.hpp"

#include "libfm/core/error.hpp"

namespace fm {
namespace {

constexpr double margin = 1e-3;

struct Row {
  const char* name;
  Target target;
};

constexpr Row table[] = {
    {"velocity", Target::velocity}, {"data", Target::data}, {"noise", Target::noise}, {"score", Target::score}};

}  // namespace

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  return names;
}

Target find_target(const std::string& name) {
  for (const Row& row : table) {
    if (row.name == name) return row.target;
  }
  throw_input_error("policy.flow.target: no target '{}' (known: {})", name, fmt::join(target_names(), ", "));
}

TimeInterval closed_interval(const PathOptions& path, Target target) {
  const PathPoint<double> begin = path_at(path, 0.0), end = path_at(path, 1.0);
  const bool through_noise = target == Target::noise || target == Target::score;
  const bool through_sigma = target == Target::data || target == Target::score;
  const bool no_begin = begin.alpha == 0.0 && (through_noise || begin.alpha_dot == 0.0);
  const bool no_end = !std::isfinite(end.sigma_dot) || (end.sigma < margin && through_sigma);
  return {.begin = no_begin ? margin : 0.0, .end = no_end ? 1.0 - margin : 1.0};
}

}  // namespace fm

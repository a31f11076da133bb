#include "libfm/flow_math/path.hpp"

namespace fm {

std::vector<std::string> path_names() {
  std::vector<std::string> names;
  for (const std::string_view name : {LinearPath::name, CosinePath::name, PolynomialPath::name,
                                      VariancePreservingPath::name, VarianceExplodingPath::name}) {
    names.emplace_back(name);
  }
  return names;
}

PathPoint<double> path_at(const PathOptions& options, double t) {
  return with_path(options, [t](const auto& path) { return path.at(t); });
}

}  // namespace fm

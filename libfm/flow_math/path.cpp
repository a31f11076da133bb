#include "libfm/flow_math/path.hpp"

namespace fm {

std::vector<std::string> path_names() {
  const PathOptions options;
  return std::apply([&](auto... members) { return std::vector<std::string>{std::string((options.*members).name)...}; },
                    path_table);
}

PathPoint<double> path_at(const PathOptions& options, double t) {
  return with_path(options, [t](const auto& path) { return path.at(t); });
}

}  // namespace fm

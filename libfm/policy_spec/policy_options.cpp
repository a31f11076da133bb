#include "libfm/policy_spec/policy_options.hpp"

namespace fm {

PolicyOptions resolved(PolicyOptions options) {
  if (options.name != "score") return options;
  options.flow.target = "score";
  if (options.flow.path.name != VarianceExplodingPath::name) options.flow.path.name = VariancePreservingPath::name;
  return options;
}

}  // namespace fm

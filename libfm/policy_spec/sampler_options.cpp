#include "libfm/policy_spec/sampler_options.hpp"

#include "libfm/flow_math/butcher_tableau.hpp"

namespace fm {

std::vector<std::string> sampler_names() {
  std::vector<std::string> names = solver_names();
  names.emplace_back(euler_maruyama);
  return names;
}

}  // namespace fm

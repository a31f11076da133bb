#include "libfm/policy_spec/network_options.hpp"

namespace fm {

std::vector<std::string> network_names() {
  std::vector<std::string> names = names_in(network_kinds);
  for (const auto& [name, entry] : Registry::current().of(Registry::Kind::network)) names.push_back(name);
  return names;
}

}  // namespace fm

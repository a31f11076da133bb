#include "libfm/model/options.hpp"

namespace fm {

std::vector<std::string> policy_names() { return {"flow"}; }
std::vector<std::string> network_names() { return {"mlp"}; }
std::vector<std::string> path_names() { return {std::string(LinearPath::name)}; }

}  // namespace fm

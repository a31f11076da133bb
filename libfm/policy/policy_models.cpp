// The table of policies that can be trained, by name.

#include "libfm/core/error.hpp"
#include "libfm/policy/flow_model.hpp"

namespace fm {
namespace {

struct Row {
  const char* name;
  std::shared_ptr<PolicyModel> (*make)(const PolicyDescription&, const RandomStream&);
};

constexpr Row table[] = {
    {"flow",
     [](const PolicyDescription& description, const RandomStream& init) -> std::shared_ptr<PolicyModel> {
       return std::make_shared<FlowModel>(description, init);
     }},
};

}  // namespace

std::shared_ptr<PolicyModel> make_policy_model(const PolicyDescription& description, const RandomStream& init) {
  for (const Row& row : table) {
    if (description.policy.name == row.name) return row.make(description, init);
  }
  throw_input_error("policy.name: no policy '{}'", description.policy.name);
}

}  // namespace fm

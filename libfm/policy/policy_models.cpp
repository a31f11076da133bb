// The table of policies that can be trained, by name.

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/policy/diffusion_model.hpp"
#include "libfm/policy/flow_map_model.hpp"
#include "libfm/policy/flow_model.hpp"
#include "libfm/policy/gaussian_model.hpp"
#include "libfm/policy/normalising_flow_model.hpp"
#include "libfm/policy/regression_models.hpp"
#include "libfm/policy/taught_models.hpp"

namespace fm {
namespace {

using Maker = std::shared_ptr<PolicyModel> (*)(const PolicyDescription&, const RandomStream&);

template <class Model>
std::shared_ptr<PolicyModel> make(const PolicyDescription& description, const RandomStream& init) {
  return std::make_shared<Model>(description, init);
}

struct Row {
  const char* name;
  Maker make;
  bool learns_from_teacher = false;
};

constexpr Row table[] = {
    {"flow", make<FlowModel>},
    {"mean_flow", make<MeanFlowModel>},
    {"shortcut", make<ShortcutModel>},
    {"reflow", make<ReflowModel>, true},
    {"one_step", make<OneStepModel>, true},
    {"mse", make<MseModel>},
    {"mip", make<MipModel>},
    {"gaussian", make<GaussianModel>},
    {"diffusion", make<DiffusionModel>},
    {"score", make<FlowModel>},
    {"normalising_flow", make<NormalisingFlowModel>},
};

static_assert(has_rows_for(table, policy_kinds));

const Row& row_of(const std::string& name) {
  if (const Row* row = find_row(table, name)) return *row;
  throw_input_error("policy.name: no policy '{}'", name);
}

}  // namespace

std::shared_ptr<PolicyModel> make_policy_model(const PolicyDescription& description, const RandomStream& init) {
  check_options(description.policy, "policy");
  check_options(description.network, "network");
  check_options(description.sampler, "sampler");
  return row_of(description.policy.name).make(description, init);
}

bool learns_from_teacher(const std::string& policy) { return row_of(policy).learns_from_teacher; }

}  // namespace fm

#include "libfm/experiment/checkpoint_origin.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"
#include "libfm/policy_spec/policy_description.hpp"

namespace fm {

std::map<std::string, std::string> origin_metadata(const Experiment& e) {
  ExpertOptions expert = e.expert;
  expert.policy = {};  // a path
  const nlohmann::json json = {{"name", e.name},
                               {"env", options_to_json(portable(e.env))},
                               {"expert", options_to_json(expert)},
                               {"eval", options_to_json(e.eval)}};
  return {{"experiment", json.dump()}};
}

Experiment experiment_of(const std::filesystem::path& checkpoint) {
  const std::string where = checkpoint.string();
  const SafeTensors content = read_safetensors(checkpoint);
  check_verified(content, where);
  const auto& metadata = content.metadata;
  const PolicyDescription description = description_from_metadata(metadata, where);
  const auto found = metadata.find("experiment");
  if (found == metadata.end())
    throw_input_error("{}: is not a checkpoint of an experiment (it has no metadata 'experiment')", where);
  Experiment e{.policy = description.policy, .network = description.network, .sampler = description.sampler};
  try {
    if (is_nested_deeper(found->second, 64)) throw_input_error("{}: metadata 'experiment' is nested too deeply", where);
    const nlohmann::json json = nlohmann::json::parse(found->second);
    json.at("name").get_to(e.name);
    e.eval = options_from_json<EvalOptions>(json.at("eval"), where + ": eval");
    e.env = portable(options_from_json<EnvOptions>(json.at("env"), where + ": env"));
    e.expert = options_from_json<ExpertOptions>(json.at("expert"), where + ": expert");
  } catch (const nlohmann::json::exception& error) {
    throw_input_error("{}: malformed metadata 'experiment': {}", where, error.what());
  }
  return e;
}

}  // namespace fm

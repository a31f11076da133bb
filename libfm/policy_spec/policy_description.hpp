#pragma once
// Everything about a trained policy that is not a weight: what a checkpoint's metadata holds, and all that is needed to
// build the policy again without its experiment file.

#include "libfm/env/environment.hpp"
#include "libfm/policy_spec/network_options.hpp"
#include "libfm/policy_spec/normalisation.hpp"

#include <map>
#include <string>
#include <vector>

namespace fm {

struct PolicyDescription {
  EnvSpec spec;  ///< of the environment, or of the data where there was none
  PolicyOptions policy;
  NetworkOptions network;
  SamplerOptions sampler;
  Normalisation observations;
  Normalisation actions;
  Normalisation goals;
};

std::vector<std::string> names_of(const std::vector<Dimension>& dimensions);

/// 1 for each observation that the policy sees, 0 for those that policy.hidden names.
/// @throws InputError for a name that the specification does not have.
std::vector<double> visible_observations(const EnvSpec& spec, const std::vector<std::string>& hidden);

std::string spec_to_json(const EnvSpec& spec);
/// @throws InputError, beginning with `where`.
EnvSpec spec_from_json(const std::string& text, const std::string& where);

/// As the metadata of a safetensors file: each value is JSON in text.
std::map<std::string, std::string> description_to_metadata(const PolicyDescription& description);

/// @throws InputError, beginning with `where`, if something is missing, malformed or does not fit together.
PolicyDescription description_from_metadata(const std::map<std::string, std::string>& metadata,
                                            const std::string& where);

}  // namespace fm

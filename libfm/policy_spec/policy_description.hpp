#pragma once
// Everything about a trained policy except its weights: the metadata of a checkpoint, sufficient to rebuild the policy
// without its experiment file.

#include "libfm/env/environment.hpp"
#include "libfm/policy_spec/network_options.hpp"
#include "libfm/policy_spec/normalisation.hpp"
#include "libfm/policy_spec/policy_options.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <map>
#include <string>
#include <vector>

namespace fm {

struct PolicyDescription {
  EnvSpec spec;          ///< of the environment, or of the dataset if there is no environment
  PolicyOptions policy;  ///< resolved() when read; PolicyModel resolves its argument
  NetworkOptions network;
  SamplerOptions sampler;
  Normalisation observations;
  Normalisation actions;
  Normalisation goals;
  /// Version of the checkpoint format. In version 1 the Gaussian policy's network had additional inputs: zeros for z
  /// and a time of 0.
  /// Since version 3 the file has a digest.
  int format_version = 3;
};

std::vector<std::string> names_of(const std::vector<Dimension>& dimensions);

/// 1 for each number that the policy sees, 0 for those that policy.hidden names.
struct VisibleInputs {
  std::vector<double> observations;  ///< (O)
  std::vector<double> goals;         ///< (G)
};

/// @throws InputError for a name that is neither an observation nor a goal of the specification.
VisibleInputs visible_inputs(const EnvSpec& spec, const std::vector<std::string>& hidden);

std::string spec_to_json(const EnvSpec& spec);
/// @throws InputError, prefixed by `where`, if the text is malformed.
EnvSpec spec_from_json(const std::string& text, const std::string& where);

/// The metadata of a safetensors file; each value is JSON text.
std::map<std::string, std::string> description_to_metadata(const PolicyDescription& description);

/// @throws InputError, prefixed by `where`, if the metadata is incomplete, malformed or inconsistent.
PolicyDescription description_from_metadata(const std::map<std::string, std::string>& metadata,
                                            const std::string& where);

}  // namespace fm

#pragma once
// What runs a trained model in an evaluation: LibTorch itself, or the realtime engine, as sampler.engine says.

#include "libfm/core/random.hpp"
#include "libfm/env/policy.hpp"
#include "libfm/policy/policy_model.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace fm {

struct Engine {
  /// A policy with noise from the given stream.
  std::function<std::unique_ptr<Policy>(const RandomStream& noise)> make_policy;
  /// Normalised actions (N, H, A), as PolicyModel::sample.
  std::function<at::Tensor(const Condition& condition, const at::Tensor& noise)> sample;
};

/// @param checkpoint the model's file
/// @throws InputError for a model that the engine does not run.
Engine make_engine(std::shared_ptr<const PolicyModel> model, const std::filesystem::path& checkpoint);

}  // namespace fm

#pragma once
// What runs a trained model in an evaluation: LibTorch itself, or the realtime engine, as sampler.engine says.

#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace fm {

/// Makes a predictor of its own for each thread. May be called from several threads at once.
using PredictorFactory = std::function<std::unique_ptr<Predictor>()>;

/// @param checkpoint the model's file
/// @throws InputError for a model that the engine does not run.
PredictorFactory make_engine(std::shared_ptr<const PolicyModel> model, const std::filesystem::path& checkpoint);

}  // namespace fm

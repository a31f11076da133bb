#pragma once
// The engine that runs a trained model in an evaluation: LibTorch or the realtime engine, chosen by sampler.engine.

#include "libfm/policy/policy_model.hpp"
#include "libfm/policy_spec/chunked_policy.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace fm {

/// Makes a separate predictor for each thread. May be called from several threads at once.
using PredictorFactory = std::function<std::unique_ptr<Predictor>()>;

/// @param checkpoint the model's file, which the realtime engines read
/// @throws InputError for a model that the engine does not support, or an unusable file; MachineError if reading fails
PredictorFactory make_engine(std::shared_ptr<const PolicyModel> model, const std::filesystem::path& checkpoint);

}  // namespace fm

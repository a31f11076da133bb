#pragma once
// A trained policy as an ONNX file, for other runtimes: normalisation, the unrolled sampler, and actions in the
// environment's units within their bounds. libfm/FORMATS.md describes its inputs, output and metadata.

#include "libfm/core/safetensors.hpp"
#include "libfm/policy_spec/sampler_options.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fm {

/// The bytes of the ONNX file. Equal arguments give equal bytes.
/// @param content of a checkpoint  @param where prefix of every error
/// @param sampler in place of the checkpoint's
/// @throws InputError if the content is not a checkpoint, or its policy has no fixed graph.
std::string onnx_model(const SafeTensors& content, const std::string& where,
                       const std::optional<SamplerOptions>& sampler = {});

/// Writes the file atomically. @throws InputError as above, and if the checkpoint is missing or damaged; MachineError if
/// reading or writing fails
void export_onnx(const std::filesystem::path& checkpoint, const std::filesystem::path& file,
                 const std::optional<SamplerOptions>& sampler = {});

}  // namespace fm

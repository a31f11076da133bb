#pragma once
// Trained policies in files: one safetensors file contains everything needed to act.
//
//   tensors           policy_spec/checkpoint_names.hpp
//   metadata          policy_spec/policy_description.hpp, each value is JSON text

#include "libfm/core/safetensors.hpp"
#include "libfm/policy/policy_model.hpp"

#include <c10/core/Device.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace fm {

/// A copy of a float32 or float64 tensor.
SafeTensor to_safe_tensor(const std::string& name, const at::Tensor& tensor);
/// A copy on the CPU. @throws InputError if the dtype is neither F32 nor F64.
at::Tensor from_safe_tensor(const SafeTensor& tensor);

/// The content of a policy's checkpoint. @param ema the averaged model, or null
SafeTensors describe_checkpoint(const PolicyModel& model, const PolicyModel* ema);

/// Fills the parameters of `model` from the tensors PREFIX.NAME.
/// @throws InputError, prefixed by `where`, if one is missing, of another shape or type, or not finite.
void load_weights(const SafeTensors& content, const std::string& prefix, PolicyModel& model, const std::string& where);

/// Loads a policy for acting on `device`, with the averaged weights if the file has them, else the trained ones.
/// @throws InputError if the file is missing or not a checkpoint.
std::shared_ptr<PolicyModel> load_policy(const std::filesystem::path& checkpoint, c10::Device device);

}  // namespace fm

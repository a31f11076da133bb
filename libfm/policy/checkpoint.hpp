#pragma once
// Trained policies in files: one safetensors file holds everything that is needed to act.
//
//   tensors           model/checkpoint_names.hpp
//   metadata          model/policy_description.hpp, each value JSON in text

#include "libfm/core/safetensors.hpp"
#include "libfm/policy/policy_model.hpp"

#include <c10/core/Device.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace fm {

SafeTensor to_safe_tensor(const std::string& name, const at::Tensor& tensor);
at::Tensor from_safe_tensor(const SafeTensor& tensor);

/// What the checkpoint of a policy holds. @param ema the averaged model, or null
SafeTensors describe_checkpoint(const PolicyModel& model, const PolicyModel* ema);

/// Fills the parameters of `model` from the tensors PREFIX.NAME.
/// @throws InputError that begins with `where` if one is missing, of another shape or type, or not finite.
void load_weights(const SafeTensors& content, const std::string& prefix, PolicyModel& model, const std::string& where);

/// A policy ready to act on `device`: averaged weights where the file has them, else the trained ones.
/// @throws InputError if the file is not such a checkpoint.
std::shared_ptr<PolicyModel> load_policy(const std::filesystem::path& checkpoint, c10::Device device);

}  // namespace fm

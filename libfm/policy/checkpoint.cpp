#include "libfm/policy/checkpoint.hpp"

#include "libfm/core/error.hpp"
#include "libfm/nn/parameter_count.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>

#include <cstring>

namespace fm {
namespace {

Dtype dtype_of_tensor(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) return Dtype::F32;
  if (tensor.scalar_type() == at::kDouble) return Dtype::F64;
  throw std::logic_error("only float32 and float64 tensors are saved");
}

void append_weights(const PolicyModel& model, const std::string& prefix, SafeTensors& content) {
  for (const auto& parameter : model.named_parameters()) {
    content.tensors.push_back(to_safe_tensor(prefix + parameter.key(), parameter.value()));
  }
}

/// The type of the weights, float32 or float64.
at::ScalarType weights_type(const SafeTensors& content, const std::string& where) {
  for (const SafeTensor& tensor : content.tensors) {
    if (tensor.name.starts_with("weights.")) return tensor.dtype == Dtype::F64 ? at::kDouble : at::kFloat;
  }
  throw_input_error("{}: contains no weights; is this a libfm checkpoint?", where);
}

/// Checks before anything is allocated that the file can hold the network that it describes.
void check_parameters(const PolicyDescription& d, const SafeTensors& content, const std::string& where) {
  double stored = 0.0;
  for (const SafeTensor& tensor : content.tensors) {
    stored += static_cast<double>(tensor.bytes.size()) / static_cast<double>(dtype_bytes(tensor.dtype));
  }
  // Without inputs and outputs: every policy's network has at least these.
  const double least = parameter_count(d.network, {.times = 0, .outputs = 0});
  if (least <= stored) return;
  throw_input_error("{}: describes a network of at least {:.3g} parameters, but holds only {:.3g} numbers", where,
                    least, stored);
}

}  // namespace

SafeTensor to_safe_tensor(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(at::kCPU).contiguous();
  const auto* bytes = static_cast<const std::byte*>(values.data_ptr());
  return {name, dtype_of_tensor(values), values.sizes().vec(), {bytes, bytes + values.nbytes()}};
}

at::Tensor from_safe_tensor(const SafeTensor& tensor) {
  if (tensor.dtype != Dtype::F32 && tensor.dtype != Dtype::F64) {
    throw_input_error("tensor '{}' has dtype {}, expected F32 or F64", tensor.name, dtype_name(tensor.dtype));
  }
  at::Tensor values = at::empty(tensor.shape, tensor.dtype == Dtype::F64 ? at::kDouble : at::kFloat);
  std::memcpy(values.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

SafeTensors describe_checkpoint(const PolicyModel& model, const PolicyModel* ema) {
  SafeTensors content{.tensors = {}, .metadata = description_to_metadata(model.description())};
  append_weights(model, "weights.", content);
  if (ema != nullptr) append_weights(*ema, "ema.", content);
  return content;
}

void load_weights(const SafeTensors& content, const std::string& prefix, PolicyModel& model, const std::string& where) {
  const at::NoGradGuard no_grad;
  for (auto& parameter : model.named_parameters()) {
    const at::IntArrayRef shape = parameter.value().sizes();
    const SafeTensor& found = find_weights(content, prefix + parameter.key(), {shape.data(), shape.size()}, where);
    const at::Tensor values = from_safe_tensor(found);
    if (!at::isfinite(values).all().item<bool>()) {
      throw_input_error("{}: tensor '{}' contains values that are not finite", where, found.name);
    }
    parameter.value().copy_(values);
  }
}

std::shared_ptr<PolicyModel> load_policy(const std::filesystem::path& checkpoint, c10::Device device) {
  const std::string where = checkpoint.string();
  const SafeTensors content = read_safetensors(checkpoint);
  check_verified(content, where);
  const PolicyDescription description = description_from_metadata(content.metadata, where);
  const at::ScalarType type = weights_type(content, where);
  check_parameters(description, content, where);
  auto model = make_policy_model(description, RandomStream(0, "init"));
  model->to(device, type);
  load_weights(content, acting_prefix(content), *model, where);
  model->eval();
  return model;
}

}  // namespace fm

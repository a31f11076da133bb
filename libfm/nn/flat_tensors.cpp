#include "libfm/nn/flat_tensors.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

namespace fm {
namespace {

bool are_consecutive(const std::vector<at::Tensor>& tensors) {
  const auto* next = static_cast<const char*>(tensors.front().const_data_ptr());
  for (const at::Tensor& tensor : tensors) {
    if (!tensor.is_contiguous() || !tensor.is_alias_of(tensors.front()) || tensor.const_data_ptr() != next)
      return false;
    next += tensor.nbytes();
  }
  return true;
}

}  // namespace

at::Tensor flatten_in_place(const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> values;
  for (const at::Tensor& tensor : tensors) values.push_back(tensor.detach().flatten());
  const at::Tensor flat = at::cat(values);
  const std::vector<at::Tensor> parts = parts_like(flat, tensors);
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].set_data(parts[i]);
  return flat;
}

std::vector<at::Tensor> parts_like(const at::Tensor& flat, at::TensorList tensors) {
  std::vector<at::Tensor> parts;
  std::int64_t begin = 0;
  for (const at::Tensor& tensor : tensors) {
    parts.push_back(flat.slice(0, begin, begin + tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
  return parts;
}

std::vector<at::Tensor> gradient_parts(at::TensorList parameters) {
  std::int64_t size = 0;
  for (const at::Tensor& parameter : parameters) size += parameter.numel();
  return parts_like(at::empty({size}, parameters.front().options().requires_grad(false)), parameters);
}

at::Tensor flat_gradient(const std::vector<at::Tensor>& parameters, const at::Tensor& buffer) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    gradients.push_back(parameter.grad().defined() ? parameter.grad() : at::zeros_like(parameter.detach()));
  }
  if (are_consecutive(gradients)) return gradients.front().as_strided({buffer.numel()}, {1});
  for (at::Tensor& gradient : gradients) gradient = gradient.flatten();
  at::Tensor flat = buffer;
  return at::cat_out(flat, gradients);
}

}  // namespace fm

#include "libfm/nn/fused_mlp.hpp"

#include "libfm/nn/flat_tensors.hpp"
#include "libfm/nn/mlp_pass.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/serial_product.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

namespace fm {
namespace {

using torch::autograd::variable_list;

template <class Number>
constexpr at::ScalarType scalar_type = std::is_same_v<Number, float> ? at::kFloat : at::kBFloat16;

template <class Number>
Number* values_of(const at::Tensor& tensor) {
  return static_cast<Number*>(tensor.mutable_data_ptr());
}

MlpBlocks blocks_of(std::int64_t rows) { return {static_cast<int>(rows), at::get_num_threads()}; }

/// A contiguous tensor in the type of the products' factors.
template <class Number>
at::Tensor as_factor(const at::Tensor& tensor) {
  return tensor.detach().to(scalar_type<Number>).contiguous();
}

/// The layers that the passes read, and the tensors that own their memory.
template <class Number>
struct FusedLayers {
  variable_list held;
  MlpLayers<Number> layers;

  explicit FusedLayers(at::TensorList parameters) {
    for (std::size_t i = 0; i < parameters.size(); i += 2) {
      held.push_back(as_factor<Number>(parameters[i]));
      held.push_back(as_factor<float>(parameters[i + 1]));
      layers.push_back({static_cast<int>(parameters[i].size(1)), static_cast<int>(parameters[i].size(0)),
                        values_of<Number>(held[i]), values_of<float>(held[i + 1])});
    }
  }
};

template <class Number>
at::Tensor forward_only(const at::Tensor& x, at::TensorList parameters) {
  const FusedLayers<Number> net(parameters);
  const at::Tensor input = as_factor<Number>(x), y = at::empty({x.size(0), net.layers.back().outputs}, at::kFloat);
  mlp_forward(blocks_of(x.size(0)), net.layers, values_of<Number>(input), values_of<float>(y));
  return y;
}

/// gradient_parts; undefined for parameters that need none.
variable_list needed_gradients(at::TensorList parameters, const std::vector<bool>& needed) {
  variable_list parts = gradient_parts(parameters);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!needed[i]) parts[i] = at::Tensor();
  }
  return parts;
}

/// Addresses of the parameters' gradients; null where one is undefined.
MlpGradients gradient_places(at::TensorList gradients, float* x) {
  const auto place = [&](std::size_t i) { return gradients[i].defined() ? values_of<float>(gradients[i]) : nullptr; };
  MlpGradients places{.x = x, .weights = {}, .biases = {}};
  for (std::size_t i = 0; i < gradients.size(); i += 2) {
    places.weights.push_back(place(i));
    places.biases.push_back(place(i + 1));
  }
  return places;
}

/// A recorded backward pass: repeats the forward pass layer by layer, so that LibTorch can differentiate the gradient.
/// @param needed for x and each parameter
variable_list recorded_backward(const at::Tensor& x, at::TensorList parameters, const std::vector<bool>& needed,
                                const at::Tensor& g_y) {
  variable_list wanted;
  if (needed[0]) wanted.push_back(x);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (needed[i + 1]) wanted.push_back(parameters[i]);
  }
  const variable_list found = torch::autograd::grad({layerwise_mlp(x, parameters)}, wanted, {g_y}, true, true);
  variable_list gradients;
  for (std::size_t i = 0, next = 0; i < needed.size(); ++i) {
    gradients.push_back(needed[i] ? found[next++] : at::Tensor());
  }
  return gradients;
}

/// Saves x, the original parameters, the converted tensors that the passes read, and the tape's memory.
template <class Number>
struct FusedMlp final : torch::autograd::Function<FusedMlp<Number>> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::TensorList& parameters) {
    const FusedLayers<Number> net(parameters);
    const at::Tensor input = as_factor<Number>(x), y = at::empty({x.size(0), net.layers.back().outputs}, at::kFloat);
    const MlpBlocks blocks = blocks_of(x.size(0));
    const auto size = static_cast<std::int64_t>(tape_size(net.layers, blocks.rows));
    const at::Tensor memory = at::empty({size}, scalar_type<Number>);
    mlp_forward(blocks, net.layers,
                make_tape(net.layers, blocks.rows, values_of<Number>(input), values_of<Number>(memory)),
                values_of<float>(y));
    variable_list saved = {x, input, memory};
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    if (!std::is_same_v<Number, float>) saved.insert(saved.end(), net.held.begin(), net.held.end());
    context->save_for_backward(saved);
    return y;
  }

  static variable_list backward(torch::autograd::AutogradContext* context, const variable_list& g) {
    const variable_list saved = context->get_saved_variables();
    const std::size_t count = (saved.size() - 3) / (std::is_same_v<Number, float> ? 1 : 2);
    const at::TensorList parameters(saved.data() + 3, count), read(saved.data() + saved.size() - count, count);
    std::vector<bool> needed;
    for (std::size_t i = 0; i <= count; ++i) needed.push_back(context->needs_input_grad(i));
    if (at::GradMode::is_enabled()) return recorded_backward(saved[0], parameters, needed, g[0]);

    const FusedLayers<Number> net(read);
    const at::Tensor &x = saved[0], &input = saved[1], &memory = saved[2], g_y = as_factor<float>(g[0]);
    variable_list gradients = needed_gradients(parameters, {needed.begin() + 1, needed.end()});
    const at::Tensor g_x = needed[0] ? at::empty(x.sizes(), at::kFloat) : at::Tensor();
    const MlpBlocks blocks = blocks_of(x.size(0));
    mlp_backward(blocks, net.layers,
                 make_tape(net.layers, blocks.rows, values_of<Number>(input), values_of<Number>(memory)),
                 values_of<float>(g_y), gradient_places(gradients, needed[0] ? values_of<float>(g_x) : nullptr));
    gradients.insert(gradients.begin(), g_x);
    return gradients;
  }
};

template <class Number>
at::Tensor evaluate(const at::Tensor& x, at::TensorList parameters) {
  bool recorded = at::GradMode::is_enabled() && x.requires_grad();
  for (const at::Tensor& p : parameters) recorded = recorded || (at::GradMode::is_enabled() && p.requires_grad());
  return recorded ? FusedMlp<Number>::apply(x, parameters) : forward_only<Number>(x, parameters);
}

bool is_plain_float(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kFloat && tensor.is_cpu() && !tensor._fw_grad(0).defined();
}

}  // namespace

at::Tensor layerwise_mlp(const at::Tensor& x, at::TensorList parameters) {
  at::Tensor y = x;
  for (std::size_t i = 0; i < parameters.size(); i += 2) {
    y = at::linear(i == 0 ? y : at::silu(y), parameters[i], parameters[i + 1]);
  }
  return y;
}

bool fused_mlp_applies(const at::Tensor& x, at::TensorList parameters) {
  if (rounds_products(at::kCPU) ? !has_serial_product<Bfloat16>() : !has_serial_product<float>()) return false;
  if (x.numel() == 0 || x.numel() > std::numeric_limits<int>::max() || !is_plain_float(x)) return false;
  for (const at::Tensor& p : parameters) {
    if (!is_plain_float(p)) return false;
  }
  return true;
}

at::Tensor fused_mlp(const at::Tensor& x, at::TensorList parameters) {
  const at::Tensor rows = x.reshape({-1, x.size(-1)});
  const at::Tensor y =
      rounds_products(at::kCPU) ? evaluate<Bfloat16>(rows, parameters) : evaluate<float>(rows, parameters);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = y.size(1);
  return y.view(shape);
}

double regress_mlp(std::int64_t rows, const FillRows& fill, at::TensorList parameters) {
  const FusedLayers<float> net(parameters);
  const variable_list gradients = gradient_parts(parameters);
  const auto regress = rounds_products(at::kCPU) ? mlp_regression<Bfloat16> : mlp_regression<float>;
  const double loss = regress(blocks_of(rows), net.layers, fill, gradient_places(gradients, nullptr));
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].mutable_grad() = gradients[i];
  return loss;
}

}  // namespace fm

#include "libfm/nn/fused_mlp.hpp"

#include "libfm/core/random.hpp"
#include "libfm/nn/device.hpp"
#include "libfm/nn/jvp.hpp"
#include "libfm/nn/kernel_sets.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/serial_product.hpp"
#include "tests/catch.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <vector>

using torch::autograd::variable_list;

namespace {

at::Tensor normals(at::IntArrayRef shape, std::uint64_t position) {
  const at::Tensor values = at::empty(shape, at::kFloat);
  fm::Draws draws = fm::RandomStream(5, "fused").at(position);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<float>()[i] = static_cast<float>(draws.normal());
  return values;
}

/// W_0, b_0 ... of the given widths, outputs of unit scale.
variable_list random_parameters(const std::vector<std::int64_t>& widths) {
  variable_list parameters;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    parameters.push_back(normals({widths[i + 1], widths[i]}, 2 * i) / std::sqrt(widths[i]));
    parameters.push_back(normals({widths[i + 1]}, 2 * i + 1));
  }
  return parameters;
}

variable_list copies(at::TensorList tensors, at::ScalarType type) {
  variable_list made;
  for (const at::Tensor& tensor : tensors) made.push_back(tensor.detach().to(type, false, true).requires_grad_());
  return made;
}

/// Largest difference as a share of the largest number.
double difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.detach().to(at::kDouble), y = b.detach().to(at::kDouble);
  return (x - y).abs().max().item<double>() / y.abs().max().item<double>();
}

struct Differentiated {
  at::Tensor y;
  variable_list gradients;  ///< in x and the parameters, of the sum of w y
};

template <class Mlp>
Differentiated differentiate(const Mlp& mlp, const at::Tensor& x, const variable_list& parameters,
                             const at::Tensor& w) {
  const at::Tensor y = mlp(x, parameters);
  variable_list inputs = {x};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return {y, torch::autograd::grad({y}, inputs, {w.to(y.scalar_type())}, /*retain_graph=*/true)};
}

/// Compares values and gradients with float64 layer by layer.
void check_against_float64(const std::vector<std::int64_t>& widths, const at::Tensor& x0, double tolerance) {
  const variable_list parameters = random_parameters(widths);
  std::vector<std::int64_t> shape = x0.sizes().vec();
  shape.back() = widths.back();
  const at::Tensor w = normals(shape, 99);
  const at::Tensor x = x0.detach().requires_grad_(), exact_x = x0.detach().to(at::kDouble).requires_grad_();
  const auto of_type = copies(parameters, at::kFloat);
  CATCH_REQUIRE(fm::fused_mlp_applies(x, of_type));
  const Differentiated fused = differentiate(fm::fused_mlp, x, of_type, w);
  const Differentiated exact = differentiate(fm::layerwise_mlp, exact_x, copies(parameters, at::kDouble), w);
  CATCH_CHECK(fused.y.sizes() == exact.y.sizes());
  CATCH_CHECK(difference(fused.y, exact.y) < tolerance);
  for (std::size_t i = 0; i < exact.gradients.size(); ++i) {
    CATCH_INFO("gradient " << i);
    CATCH_CHECK(fused.gradients[i].sizes() == exact.gradients[i].sizes());
    CATCH_CHECK(difference(fused.gradients[i], exact.gradients[i]) < tolerance);
  }
  const at::NoGradGuard no_grad;
  CATCH_CHECK(difference(fm::fused_mlp(x, of_type), exact.y) < tolerance);
}

const std::vector<std::vector<std::int64_t>> shapes = {
    {7, 5, 3}, {68, 256, 256, 256, 1}, {1, 1, 1}, {3, 33, 17, 2}, {4, 2}, {20, 64, 7}};

}  // namespace

CATCH_TEST_CASE("the fused perceptron has the values and gradients of float64, within rounding", "[fused_mlp]") {
  for (const auto& widths : shapes) {
    for (const std::int64_t rows : {1, 2, 31, 257, 300}) {
      CATCH_INFO(widths.size() << " widths from " << widths[0] << ", rows " << rows);
      check_against_float64(widths, normals({rows, widths[0]}, 7), 3e-6);
    }
  }
}

CATCH_TEST_CASE("inputs of three dimensions, transposed and strided ones", "[fused_mlp]") {
  check_against_float64({5, 16, 2}, normals({4, 3, 5}, 7), 3e-6);
  check_against_float64({5, 16, 2}, normals({5, 40}, 7).t(), 3e-6);
  check_against_float64({5, 16, 2}, normals({40, 9}, 7).slice(1, 2, 7), 3e-6);
}

CATCH_TEST_CASE("products of bfloat16 keep float32's sums: gradients within its rounding", "[fused_mlp]") {
  if (!fm::has_serial_product<fm::Bfloat16>()) return;
  const fm::RoundedProducts rounded(at::kCPU);
  for (const auto& widths : shapes) {
    if (widths != std::vector<std::int64_t>{1, 1, 1}) {  // a lone unit's gradient is what cancellation leaves
      check_against_float64(widths, normals({300, widths[0]}, 7), 3e-2);
    }
  }
  const at::Tensor x = normals({10, 7}, 7);
  CATCH_CHECK(fm::fused_mlp(x, copies(random_parameters({7, 5, 3}), at::kFloat)).scalar_type() == at::kFloat);
}

CATCH_TEST_CASE("any number of threads gives the same gradients within rounding, and one the same bits",
                "[fused_mlp]") {
  const variable_list parameters = copies(random_parameters({9, 64, 64, 2}), at::kFloat);
  const at::Tensor x = normals({300, 9}, 7).requires_grad_(), w = normals({300, 2}, 8);
  const auto gradients = [&](int threads) {
    fm::use_threads(threads);
    return differentiate(fm::fused_mlp, x, parameters, w).gradients;
  };
  const variable_list one = gradients(1), again = gradients(1), three = gradients(3);
  fm::use_threads(0);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CATCH_CHECK(one[i].equal(again[i]));
    CATCH_CHECK(difference(three[i], one[i]) < 1e-6);
  }
}

CATCH_TEST_CASE("a row does not depend on what the rows beside it are", "[fused_mlp]") {
  const at::NoGradGuard no_grad;
  const fm::SerialOperations serial;
  const variable_list parameters = random_parameters({9, 64, 64, 2});
  const at::Tensor x = normals({200, 9}, 7), others = x.clone();
  others.slice(0, 0, 100).mul_(3.0);
  CATCH_CHECK(fm::fused_mlp(x, parameters).slice(0, 100).equal(fm::fused_mlp(others, parameters).slice(0, 100)));
}

CATCH_TEST_CASE("frozen parameters get no gradient and the others keep theirs", "[fused_mlp]") {
  variable_list all = copies(random_parameters({6, 20, 20, 3}), at::kFloat), some = copies(all, at::kFloat);
  for (const std::size_t i : {0, 3}) some[i].requires_grad_(false);
  const at::Tensor x = normals({50, 6}, 7);
  fm::fused_mlp(x, all).square().sum().backward();
  fm::fused_mlp(x, some).square().sum().backward();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || i == 3) {
      CATCH_CHECK(!some[i].grad().defined());
    } else {
      CATCH_CHECK(some[i].grad().equal(all[i].grad()));
    }
  }
}

CATCH_TEST_CASE("gradients accumulate over two uses, and a graph that is kept gives the same again", "[fused_mlp]") {
  const variable_list parameters = copies(random_parameters({6, 20, 3}), at::kFloat);
  const at::Tensor x = normals({50, 6}, 7);
  const at::Tensor once = fm::fused_mlp(x, parameters).square().sum();
  once.backward({}, /*retain_graph=*/true);
  const at::Tensor first = parameters[0].grad().clone();
  once.backward();
  CATCH_CHECK(difference(parameters[0].grad(), 2 * first) < 1e-6);
  // Through itself, as an ODE solver does.
  const variable_list square = copies(random_parameters({6, 20, 6}), at::kFloat), exact = copies(square, at::kDouble);
  fm::fused_mlp(fm::fused_mlp(x, square), square).square().sum().backward();
  const at::Tensor x64 = x.to(at::kDouble);
  fm::layerwise_mlp(fm::layerwise_mlp(x64, exact), exact).square().sum().backward();
  for (std::size_t i = 0; i < exact.size(); ++i) CATCH_CHECK(difference(square[i].grad(), exact[i].grad()) < 1e-5);
}

CATCH_TEST_CASE("the gradient of a gradient is right", "[fused_mlp]") {
  const auto penalty_gradients = [](const auto& mlp, at::ScalarType type) {
    const variable_list parameters = copies(random_parameters({4, 16, 2}), type);
    const at::Tensor x = normals({30, 4}, 7).to(type).requires_grad_();
    const at::Tensor g = torch::autograd::grad({mlp(x, parameters).sum()}, {x}, {}, true, /*create_graph=*/true)[0];
    variable_list inputs = {x};
    inputs.insert(inputs.end(), parameters.begin(), parameters.end() - 1);  // the last bias moves no derivative
    return torch::autograd::grad({g.square().sum()}, inputs);
  };
  const variable_list fused = penalty_gradients(fm::fused_mlp, at::kFloat),
                      exact = penalty_gradients(fm::layerwise_mlp, at::kDouble);
  for (std::size_t i = 0; i < exact.size(); ++i) CATCH_CHECK(difference(fused[i], exact[i]) < 1e-5);
}

CATCH_TEST_CASE("where it has no rule, it does not apply", "[fused_mlp]") {
  const variable_list parameters = random_parameters({4, 16, 2});
  const at::Tensor x = normals({30, 4}, 7);
  CATCH_CHECK(fm::fused_mlp_applies(x, parameters));
  CATCH_CHECK(!fm::fused_mlp_applies(x.to(at::kDouble), parameters));
  CATCH_CHECK(!fm::fused_mlp_applies(x, copies(parameters, at::kDouble)));
  CATCH_CHECK(!fm::fused_mlp_applies(x.slice(0, 0, 0), parameters));
  bool with_tangent = true;
  fm::jvp(
      [&](std::span<const at::Tensor> d) {
        with_tangent = fm::fused_mlp_applies(d[0], parameters);
        return d[0];
      },
      {x}, {at::ones_like(x)});
  CATCH_CHECK(!with_tangent);
}

CATCH_TEST_CASE("a regression by hand has the loss and gradients of float64", "[mlp_regression]") {
  for (const auto& widths : shapes) {
    for (const std::int64_t rows : {1, 31, 257, 1500}) {
      CATCH_INFO(widths.size() << " widths from " << widths[0] << ", rows " << rows);
      const at::Tensor x = normals({rows, widths.front()}, 7), y = normals({rows, widths.back()}, 8),
                       w = normals({rows}, 9).abs();
      const variable_list parameters = random_parameters(widths);
      const variable_list exact = copies(parameters, at::kDouble), by_hand = copies(parameters, at::kFloat);
      const at::Tensor errors = fm::layerwise_mlp(x.to(at::kDouble), exact) - y;
      const at::Tensor expected = (w.unsqueeze(1) * errors.square()).mean();
      expected.backward();
      const double loss = fm::regress_mlp(
          rows,
          [&](const fm::RegressionRows& made) {
            const auto copy = [&](const at::Tensor& from, float* to) {
              const at::Tensor part = from.slice(0, made.begin, made.begin + made.count).contiguous();
              std::copy_n(part.const_data_ptr<float>(), part.numel(), to);
            };
            copy(x, made.inputs);
            copy(y, made.targets);
            copy(w, made.weights);
          },
          by_hand);
      CATCH_CHECK(std::abs(loss / expected.item<double>() - 1.0) < 3e-6);
      for (std::size_t i = 0; i < exact.size(); ++i) {
        CATCH_INFO("gradient " << i);
        CATCH_CHECK(difference(by_hand[i].grad(), exact[i].grad()) < 1e-5);
      }
    }
  }
}

std::vector<const fm::KernelSet*> kernel_sets() {
  std::vector<const fm::KernelSet*> sets = {&fm::kernels_baseline};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(&fm::kernels_avx2);
#endif
  sets.push_back(&fm::kernel_set());
  return sets;
}

CATCH_TEST_CASE("every instruction set's sines and cosines are right to 2e-7", "[kernels]") {
  constexpr std::int64_t rows = 1001, count = 37, stride = 80;
  std::vector<float> times(rows), frequencies(count), out(rows * stride);
  for (std::int64_t i = 0; i < rows; ++i) times[i] = static_cast<float>(i - 500) / 500.0F;
  for (std::int64_t k = 0; k < count; ++k) frequencies[k] = std::pow(1000.0F, static_cast<float>(k) / (count - 1));
  for (const fm::KernelSet* set : kernel_sets()) {
    set->embedding(rows, count, times.data(), frequencies.data(), out.data(), stride);
    double worst = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t k = 0; k < count; ++k) {
        const double angle = times[i] * frequencies[k];  // rounded to float, as the kernel sees it
        worst = std::max(worst, std::abs(out[i * stride + k] - std::sin(angle)));
        worst = std::max(worst, std::abs(out[i * stride + count + k] - std::cos(angle)));
      }
    }
    CATCH_CHECK(worst < 2e-7);
  }
}

CATCH_TEST_CASE("every instruction set's kernels agree with float64", "[kernels]") {
  constexpr std::int64_t rows = 3, width = 101;
  const at::Tensor z = 30.0 * normals({rows, width}, 1), bias = normals({width}, 2), g = normals({rows, width}, 3);
  const at::Tensor x = (z.to(at::kDouble) + bias.to(at::kDouble)), s = x.sigmoid();
  for (const fm::KernelSet* set : kernel_sets()) {
    at::Tensor h = at::empty_like(z), slope = at::empty_like(z), only = at::empty_like(z), through = at::empty_like(z);
    at::Tensor sum = at::zeros({width}, at::kFloat);
    set->float32.silu_and_slope(rows, width, z.data_ptr<float>(), bias.data_ptr<float>(), h.data_ptr<float>(),
                                slope.data_ptr<float>());
    set->float32.silu(rows, width, z.data_ptr<float>(), bias.data_ptr<float>(), only.data_ptr<float>());
    set->float32.through_slope(rows, width, g.data_ptr<float>(), slope.data_ptr<float>(), through.data_ptr<float>(),
                               sum.data_ptr<float>());
    CATCH_CHECK(difference(h, x * s) < 1e-6);
    CATCH_CHECK(only.equal(h));
    CATCH_CHECK(difference(slope, s * (1.0 + x * (1.0 - s))) < 1e-6);
    CATCH_CHECK(difference(through, g * slope) < 1e-6);
    CATCH_CHECK(difference(sum, through.sum(0)) < 1e-6);
    CATCH_CHECK(std::abs(set->optimiser.sum_of_squares(g.numel(), g.data_ptr<float>()) /
                             g.to(at::kDouble).square().sum().item<double>() -
                         1.0) < 1e-6);
  }
}

CATCH_TEST_CASE("what is not a number stays none", "[kernels]") {
  const at::Tensor z = at::full({1, 40}, std::nan(""), at::kFloat), bias = at::zeros({40}, at::kFloat),
                   h = at::zeros({1, 40}, at::kFloat);
  fm::layer_kernels<float>().silu(1, 40, z.data_ptr<float>(), bias.data_ptr<float>(), h.data_ptr<float>());
  CATCH_CHECK(h.isnan().all().item<bool>());
}

#include "libfm/nn/fused_mlp.hpp"

#include "libfm/nn/device.hpp"
#include "libfm/nn/jvp.hpp"
#include "libfm/nn/precision.hpp"
#include "libfm/nn/serial_product.hpp"
#include "tests/catch.hpp"
#include "tests/nn/tensors.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
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

CATCH_TEST_CASE("the fused perceptron agrees with float64 in values and gradients, within rounding", "[fused_mlp]") {
  for (const auto& widths : shapes) {
    for (const std::int64_t rows : {1, 2, 31, 257, 300}) {
      CATCH_INFO(widths.size() << " widths from " << widths[0] << ", rows " << rows);
      // A single unit's gradient is a sum of as many terms as there are rows, which cancel.
      const bool is_single = widths == std::vector<std::int64_t>{1, 1, 1};
      check_against_float64(widths, normals({rows, widths[0]}, 7), is_single ? 1e-5 : 3e-6);
    }
  }
}

CATCH_TEST_CASE("inputs of three dimensions, transposed and strided ones", "[fused_mlp]") {
  check_against_float64({5, 16, 2}, normals({4, 3, 5}, 7), 3e-6);
  check_against_float64({5, 16, 2}, normals({5, 40}, 7).t(), 3e-6);
  check_against_float64({5, 16, 2}, normals({40, 9}, 7).slice(1, 2, 7), 3e-6);
}

CATCH_TEST_CASE("products of bfloat16 have float32 sums: gradients are within rounding", "[fused_mlp]") {
  if (!fm::has_serial_product<fm::Bfloat16>()) return;
  const fm::ProductPrecision rounded("bfloat16", at::kCPU);
  for (const auto& widths : shapes) {
    if (widths != std::vector<std::int64_t>{1, 1, 1}) {  // a single unit's gradient is dominated by cancellation
      check_against_float64(widths, normals({300, widths[0]}, 7), 3e-2);
    }
  }
  const at::Tensor x = normals({10, 7}, 7);
  CATCH_CHECK(fm::fused_mlp(x, copies(random_parameters({7, 5, 3}), at::kFloat)).scalar_type() == at::kFloat);
}

CATCH_TEST_CASE("gradients agree within rounding for any number of threads, and bitwise for the same number",
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

CATCH_TEST_CASE("a row does not depend on the other rows", "[fused_mlp]") {
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

CATCH_TEST_CASE("gradients accumulate over two uses, and a retained graph gives the same again", "[fused_mlp]") {
  const variable_list parameters = copies(random_parameters({6, 20, 3}), at::kFloat);
  const at::Tensor x = normals({50, 6}, 7);
  const at::Tensor once = fm::fused_mlp(x, parameters).square().sum();
  once.backward({}, /*retain_graph=*/true);
  const at::Tensor first = parameters[0].grad().clone();
  once.backward();
  CATCH_CHECK(difference(parameters[0].grad(), 2 * first) < 1e-6);
  // Applied to its own output, as an ODE solver does.
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
    inputs.insert(inputs.end(), parameters.begin(),
                  parameters.end() - 1);  // the last bias does not affect the derivative
    return torch::autograd::grad({g.square().sum()}, inputs);
  };
  const variable_list fused = penalty_gradients(fm::fused_mlp, at::kFloat),
                      exact = penalty_gradients(fm::layerwise_mlp, at::kDouble);
  for (std::size_t i = 0; i < exact.size(); ++i) CATCH_CHECK(difference(fused[i], exact[i]) < 1e-5);
}

CATCH_TEST_CASE("the fused perceptron does not apply to unsupported inputs", "[fused_mlp]") {
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

CATCH_TEST_CASE("the fused regression agrees with float64 in loss and gradients", "[mlp_regression]") {
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

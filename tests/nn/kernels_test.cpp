#include "libfm/nn/kernels.hpp"

#include "libfm/nn/kernel_set.hpp"
#include "tests/catch.hpp"
#include "tests/nn/tensors.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

CATCH_TEST_CASE("every instruction set's sines and cosines are accurate to 2e-7", "[kernels]") {
  constexpr std::int64_t rows = 1001, count = 37, stride = 80;
  std::vector<float> times(rows), frequencies(count), out(rows * stride);
  for (std::int64_t i = 0; i < rows; ++i) times[i] = static_cast<float>(i - 500) / 500.0F;
  for (std::int64_t k = 0; k < count; ++k) frequencies[k] = std::pow(1000.0F, static_cast<float>(k) / (count - 1));
  for (const fm::InstructionSet each : fm::instruction_sets()) {
    CATCH_INFO(fm::name_of(each));
    const fm::KernelSet& set = fm::nn_kernels.of(each);
    set.embedding(rows, count, times.data(), frequencies.data(), out.data(), stride);
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
  for (const fm::InstructionSet each : fm::instruction_sets()) {
    CATCH_INFO(fm::name_of(each));
    const fm::KernelSet& set = fm::nn_kernels.of(each);
    at::Tensor h = at::empty_like(z), slope = at::empty_like(z), only = at::empty_like(z), through = at::empty_like(z);
    at::Tensor sum = at::zeros({width}, at::kFloat);
    set.float32.silu_and_slope(rows, width, z.data_ptr<float>(), bias.data_ptr<float>(), h.data_ptr<float>(),
                               slope.data_ptr<float>());
    set.float32.silu(rows, width, z.data_ptr<float>(), bias.data_ptr<float>(), only.data_ptr<float>());
    set.float32.through_slope(rows, width, g.data_ptr<float>(), slope.data_ptr<float>(), through.data_ptr<float>(),
                              sum.data_ptr<float>());
    CATCH_CHECK(difference(h, x * s) < 1e-6);
    CATCH_CHECK(only.equal(h));
    CATCH_CHECK(difference(slope, s * (1.0 + x * (1.0 - s))) < 1e-6);
    CATCH_CHECK(difference(through, g * slope) < 1e-6);
    CATCH_CHECK(difference(sum, through.sum(0)) < 1e-6);
    CATCH_CHECK(std::abs(set.optimiser.sum_of_squares(g.numel(), g.data_ptr<float>()) /
                             g.to(at::kDouble).square().sum().item<double>() -
                         1.0) < 1e-6);
  }
}

CATCH_TEST_CASE("NaN stays NaN", "[kernels]") {
  const at::Tensor z = at::full({1, 40}, std::nan(""), at::kFloat), bias = at::zeros({40}, at::kFloat),
                   h = at::zeros({1, 40}, at::kFloat);
  fm::layer_kernels<float>().silu(1, 40, z.data_ptr<float>(), bias.data_ptr<float>(), h.data_ptr<float>());
  CATCH_CHECK(h.isnan().all().item<bool>());
}

#include "libfm/nn/gru_net.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/linspace.h>

#include <cmath>

CATCH_TEST_CASE("the gru follows its equations over the sequence, oldest first", "[gru]") {
  constexpr int width = 2, inputs = 3, steps = 4;
  const auto numbers = [](at::IntArrayRef shape, double low, double high) {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    return at::linspace(low, high, count, at::kDouble).sin().view(shape);
  };
  const fm::Gru gru{numbers({3 * width, inputs}, -3, 4), numbers({3 * width, width}, 1, 8), numbers({3 * width}, -1, 5),
                    numbers({3 * width}, 2, 9)};
  const at::Tensor sequence = numbers({1, steps, inputs}, -5, 7);
  double h[width] = {0, 0};
  for (int t = 0; t < steps; ++t) {
    const auto affine = [](const at::Tensor& w, const at::Tensor& b, const double* x, int row) {
      double sum = b[row].item<double>();
      for (std::int64_t j = 0; j < w.size(1); ++j) sum += w[row][j].item<double>() * x[j];
      return sum;
    };
    const auto in = [&](int row) {
      return affine(gru.input_weight, gru.input_bias, sequence[0][t].data_ptr<double>(), row);
    };
    const auto state = [&](int row) { return affine(gru.state_weight, gru.state_bias, h, row); };
    const auto s = [](double x) { return 1 / (1 + std::exp(-x)); };
    double next[width];
    for (int i = 0; i < width; ++i) {
      const double r = s(in(i) + state(i)), u = s(in(width + i) + state(width + i));
      const double n = std::tanh(in(2 * width + i) + r * state(2 * width + i));
      next[i] = (1 - u) * n + u * h[i];
    }
    for (int i = 0; i < width; ++i) h[i] = next[i];
  }
  const at::Tensor last = gru.read(sequence);
  for (int i = 0; i < width; ++i) CATCH_CHECK(std::abs(last[0][i].item<double>() - h[i]) < 1e-12);
}

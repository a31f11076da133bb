#include "libfm/nn/attention.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/linspace.h>

#include <cmath>

CATCH_TEST_CASE("attention of two tokens is what the formula gives by hand", "[attention]") {
  fm::Attention attention(4, 2, {0, "init"});
  attention.to(at::kDouble);
  const at::Tensor x = at::linspace(-1, 1, 8, at::kDouble).view({1, 2, 4});
  const auto parameter = [&](const char* name) { return attention.named_parameters()[name]; };
  const auto affine = [](const at::Tensor& w, const at::Tensor& b, const double* in, int row) {
    double sum = b[row].item<double>();
    for (int j = 0; j < 4; ++j) sum += w[row][j].item<double>() * in[j];
    return sum;
  };
  double qkv[2][12], mixed[2][4];
  for (int token = 0; token < 2; ++token) {
    for (int row = 0; row < 12; ++row) {
      qkv[token][row] = affine(parameter("queries_keys_values.weight"), parameter("queries_keys_values.bias"),
                               x[0][token].data_ptr<double>(), row);
    }
  }
  for (int token = 0; token < 2; ++token) {
    for (int head = 0; head < 2; ++head) {
      double weight[2];
      for (int other = 0; other < 2; ++other) {
        double score = 0;
        for (int j = 0; j < 2; ++j) score += qkv[token][2 * head + j] * qkv[other][4 + 2 * head + j];
        weight[other] = std::exp(score / std::sqrt(2.0));
      }
      for (int j = 0; j < 2; ++j) {
        mixed[token][2 * head + j] =
            (weight[0] * qkv[0][8 + 2 * head + j] + weight[1] * qkv[1][8 + 2 * head + j]) / (weight[0] + weight[1]);
      }
    }
  }
  const at::Tensor out = attention.forward(x);
  for (int token = 0; token < 2; ++token) {
    for (int row = 0; row < 4; ++row) {
      const double expected = affine(parameter("leave.weight"), parameter("leave.bias"), mixed[token], row);
      CATCH_CHECK(std::abs(out[0][token][row].item<double>() - expected) < 1e-12);
    }
  }
}

CATCH_TEST_CASE("attention is equivariant: permuted tokens have permuted results", "[attention]") {
  fm::Attention attention(4, 2, {0, "init"});
  const at::Tensor x = at::linspace(-1, 1, 12).view({1, 3, 4});
  const at::Tensor turned = attention.forward(x.flip(1)).flip(1);
  CATCH_CHECK((turned - attention.forward(x)).abs().max().item<float>() < 1e-6F);
}

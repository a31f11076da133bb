#include "libfm/nn/mlp.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/linspace.h>

#include <cmath>

namespace {

const fm::RandomStream weights(3, "init");

}  // namespace

CATCH_TEST_CASE("the perceptron follows its equation", "[mlp]") {
  const fm::Mlp mlp(2, {3}, 1, weights);
  const auto p = mlp.named_parameters();
  const double x[] = {0.5, -1.5};
  const at::Tensor input = at::linspace(0.5, -1.5, 2).unsqueeze(0);
  double y = p["1_bias"][0].item<double>();
  for (int i = 0; i < 3; ++i) {
    double h = p["0_bias"][i].item<double>();
    for (int j = 0; j < 2; ++j) h += p["0_weight"][i][j].item<double>() * x[j];
    y += p["1_weight"][0][i].item<double>() * h / (1.0 + std::exp(-h));
  }
  CATCH_CHECK_THAT(mlp.forward(input).item<double>(), Catch::Matchers::WithinAbs(y, 1e-6));
}

CATCH_TEST_CASE("fresh weights are uniform within 1/sqrt(inputs), and a function of the stream", "[mlp]") {
  const fm::Mlp a(100, {50}, 10, weights), b(100, {50}, 10, weights), other(100, {50}, 10, fm::RandomStream(4, "init"));
  const at::Tensor w = a.named_parameters()["0_weight"];
  CATCH_CHECK(w.abs().max().item<double>() <= 0.1);
  CATCH_CHECK(w.abs().max().item<double>() > 0.0999);
  // The variance of U(-0.1, 0.1) is 0.01 / 3; 5 standard errors of 5,000 draws.
  CATCH_CHECK_THAT(w.var().item<double>(), Catch::Matchers::WithinAbs(0.01 / 3, 5 * 0.01 / 3 * std::sqrt(0.8 / 5000)));
  CATCH_CHECK(w.equal(b.named_parameters()["0_weight"]));
  CATCH_CHECK(!w.equal(other.named_parameters()["0_weight"]));
}

CATCH_TEST_CASE("converting the module to another type converts the parameters that forward uses", "[mlp]") {
  fm::Mlp mlp(2, {4}, 1, weights);
  const at::Tensor x = at::linspace(0, 1, 2).unsqueeze(0);
  const double before = mlp.forward(x).item<double>();
  mlp.to(at::kDouble);
  const at::Tensor after = mlp.forward(x.to(at::kDouble));
  CATCH_CHECK(after.scalar_type() == at::kDouble);
  CATCH_CHECK_THAT(after.item<double>(), Catch::Matchers::WithinAbs(before, 1e-6));
}

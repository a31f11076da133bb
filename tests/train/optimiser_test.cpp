#include "libfm/train/adamw.hpp"
#include "libfm/train/learning_rate.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/tensor.h>

#include <cmath>

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("the learning rate rises in a line and falls along a cosine", "[learning_rate]") {
  constexpr std::int64_t total = 1000;
  constexpr double peak = 2e-3;
  CATCH_CHECK_THAT(fm::learning_rate(0, total, peak, 0.1), WithinAbs(peak / 101, 1e-12));
  CATCH_CHECK_THAT(fm::learning_rate(49, total, peak, 0.1), WithinAbs(peak * 50 / 101, 1e-12));
  CATCH_CHECK_THAT(fm::learning_rate(100, total, peak, 0.1), WithinAbs(peak, 1e-12));
  CATCH_CHECK_THAT(fm::learning_rate(550, total, peak, 0.1), WithinAbs(peak / 2, 1e-12));
  CATCH_CHECK(fm::learning_rate(999, total, peak, 0.1) < peak * 1e-4);
  CATCH_CHECK_THAT(fm::learning_rate(0, total, peak, 0.0), WithinAbs(peak, 1e-12));
  for (std::int64_t step = 1; step < total; ++step) {
    const double change = fm::learning_rate(step, total, peak, 0.1) - fm::learning_rate(step - 1, total, peak, 0.1);
    CATCH_CHECK((step <= 100 ? change > 0 : change < 0));
  }
}

CATCH_TEST_CASE("AdamW takes the steps of its equations", "[adamw]") {
  // Loshchilov and Hutter 2019, algorithm 2, with decoupled weight decay.
  constexpr double rate = 0.1, decay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  at::Tensor w = at::tensor({1.0, -2.0}, at::kDouble).requires_grad_();
  fm::AdamW optimiser({w}, {.weight_decay = decay, .clip = std::nullopt});
  double expected[] = {1.0, -2.0}, m[] = {0, 0}, v[] = {0, 0};
  for (int step = 1; step <= 5; ++step) {
    w.square().sum().backward();
    optimiser.step(rate);
    CATCH_CHECK(!w.grad().defined());
    for (int i = 0; i < 2; ++i) {
      const double g = 2 * expected[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      expected[i] -= rate * decay * expected[i];
      expected[i] -=
          rate * m[i] / (1 - std::pow(beta1, step)) / (std::sqrt(v[i] / (1 - std::pow(beta2, step))) + epsilon);
      CATCH_CHECK_THAT(w[i].item<double>(), WithinAbs(expected[i], 1e-12));
    }
  }
}

CATCH_TEST_CASE("clipping bounds the norm of all gradients together, and leaves small ones alone", "[adamw]") {
  const std::vector<at::Tensor> large = {at::tensor({3.0}, at::kDouble), at::tensor({4.0, 0.0}, at::kDouble)};
  fm::clip_gradients(large, 1.0);
  CATCH_CHECK_THAT(large[0][0].item<double>(), WithinAbs(0.6, 1e-6));
  CATCH_CHECK_THAT(large[1][0].item<double>(), WithinAbs(0.8, 1e-6));
  const std::vector<at::Tensor> small = {at::tensor({0.3}, at::kDouble)};
  fm::clip_gradients(small, 1.0);
  CATCH_CHECK(small[0][0].item<double>() == 0.3);
}

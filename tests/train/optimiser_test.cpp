#include "libfm/train/adamw.hpp"

#include "libfm/nn/ema.hpp"
#include "libfm/nn/flat_tensors.hpp"
#include "libfm/nn/linear.hpp"
#include "libfm/train/learning_rate.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

using Catch::Matchers::WithinAbs, Catch::Matchers::WithinRel;

CATCH_TEST_CASE("the learning rate rises linearly and falls along a cosine", "[learning_rate]") {
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

CATCH_TEST_CASE("AdamW follows its equations", "[adamw]") {
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

CATCH_TEST_CASE("clipping bounds the norm of the gradient, and does not change a small one", "[adamw]") {
  const at::Tensor large = at::tensor({3.0, 4.0, 0.0}, at::kDouble), small = at::tensor({0.3}, at::kDouble);
  fm::clip_gradient(large, 1.0);
  CATCH_CHECK_THAT(large[0].item<double>(), WithinAbs(0.6, 1e-6));
  CATCH_CHECK_THAT(large[1].item<double>(), WithinAbs(0.8, 1e-6));
  fm::clip_gradient(small, 1.0);
  CATCH_CHECK(small[0].item<double>() == 0.3);
}

CATCH_TEST_CASE("the norm of the last gradient is that before clipping, and absent without clipping", "[adamw]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {  // kernels of our own, and ATen's operations
    at::Tensor a = at::tensor({3.0, 0.0}, type).requires_grad_(), b = at::full({10000}, 0.04, type).requires_grad_();
    fm::AdamW clipping({a, b}, {.clip = 1.0});
    for (const double scale : {1.0, 0.5}) {
      ((a * a.detach()).sum() * scale + (b * 0.04 * scale).sum()).backward();
      const at::Tensor expected = at::cat({a.grad(), b.grad()}).norm();
      clipping.step(0.0);
      CATCH_CHECK_THAT(clipping.gradient_norm().value(), WithinRel(expected.item<double>(), 1e-5));
    }
    fm::AdamW free({a.detach().clone().requires_grad_()}, {.clip = std::nullopt});
    CATCH_CHECK(!free.gradient_norm().has_value());
  }
}

CATCH_TEST_CASE("parameters become views of one buffer and keep values, gradients and names", "[flat]") {
  at::Tensor a = at::tensor({1.0, 2.0}).requires_grad_(), b = at::tensor({3.0, 4.0}).view({2, 1}).requires_grad_();
  const at::Tensor flat = fm::flatten_in_place({a, b});
  CATCH_CHECK(flat.equal(at::tensor({1.0, 2.0, 3.0, 4.0})));
  CATCH_CHECK((a.is_leaf() && a.requires_grad() && b.sizes() == at::IntArrayRef({2, 1})));
  flat[2] = 7.0;
  CATCH_CHECK(b[0][0].item<double>() == 7.0);
  const at::Tensor buffer = at::zeros({4}, flat.options());
  a.square().sum().backward();  // b has no gradient
  CATCH_CHECK(fm::flat_gradient({a, b}, buffer).equal(at::tensor({2.0, 4.0, 0.0, 0.0})));
  const at::Tensor together = at::tensor({5.0, 6.0, 7.0, 8.0});
  a.mutable_grad() = together.slice(0, 0, 2);
  b.mutable_grad() = together.slice(0, 2, 4).view({2, 1});
  const at::Tensor gradient = fm::flat_gradient({a, b}, buffer);
  CATCH_CHECK((gradient.equal(together) && gradient.data_ptr() == together.data_ptr()));
}

CATCH_TEST_CASE("the float32 kernels agree with ATen's fused AdamW, with clipping and averaging", "[adamw]") {
  constexpr double rate = 0.01, ema = 0.9, clip = 2.0, decay = 0.02;
  const std::vector<std::vector<std::int64_t>> shapes = {{70, 101}, {101}, {1}};
  std::vector<at::Tensor> ours, theirs, averaged, shadow, first, second, steps;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const at::Tensor w = fm::uniform_weights(shapes[i], 1.0, fm::RandomStream(1, "weights"), i);
    ours.push_back(w.clone().requires_grad_());
    theirs.push_back(w.clone());
    averaged.push_back(w.clone().requires_grad_());
    shadow.push_back(w.clone());
    first.push_back(at::zeros_like(w));
    second.push_back(at::zeros_like(w));
    steps.push_back(at::zeros({}, at::kFloat));
  }
  fm::AdamW optimiser(ours, {.weight_decay = decay, .clip = clip, .ema = ema}, averaged);
  for (std::uint64_t step = 0; step < 20; ++step) {
    std::vector<at::Tensor> gradients;
    double squares = 0.0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const double bound = step < 10 ? 1.0 : 0.001;  // above and below the clip
      gradients.push_back(fm::uniform_weights(shapes[i], bound, fm::RandomStream(2, "gradients"), 10 * step + i));
      ours[i].mutable_grad() = gradients[i].clone();
      squares += gradients[i].to(at::kDouble).square().sum().item<double>();
    }
    const double scale = std::min(1.0, clip / (std::sqrt(squares) + 1e-6));
    for (at::Tensor& g : gradients) g.mul_(scale);
    for (at::Tensor& s : steps) s.add_(1);
    at::_fused_adamw_(theirs, gradients, first, second, {}, steps, rate, 0.9, 0.999, decay, 1e-8, false, false);
    fm::update_ema(shadow, theirs, fm::warmed_up_decay(ema, static_cast<std::int64_t>(step)));
    optimiser.step(rate);
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {  // 20 roundings of numbers near 1
    CATCH_CHECK((ours[i].detach() - theirs[i]).abs().max().item<double>() < 3e-6);
    CATCH_CHECK((averaged[i].detach() - shadow[i]).abs().max().item<double>() < 3e-6);
    CATCH_CHECK((optimiser.state()[i] - first[i]).abs().max().item<double>() < 1e-6);
    CATCH_CHECK(optimiser.state()[2 * shapes.size() + i].item<double>() == 20.0);
  }
}

#include "libfm/nn/jvp.hpp"

#include "tests/catch.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>

CATCH_TEST_CASE("a directional derivative is the sum over all inputs", "[jvp]") {
  const at::Tensor x = at::tensor({1.0, 2.0}, at::kDouble), y = at::tensor({0.5, -1.0}, at::kDouble);
  const auto f = [](std::span<const at::Tensor> in) { return in[0] * in[0] * in[1].sin(); };
  const at::Tensor dx = at::tensor({3.0, -1.0}, at::kDouble), dy = at::tensor({0.1, 2.0}, at::kDouble);
  const fm::Dual d = fm::jvp(f, {x, y}, {dx, dy});
  CATCH_CHECK((d.value - x * x * y.sin()).abs().max().item<double>() < 1e-15);
  CATCH_CHECK((d.tangent - (2 * x * y.sin() * dx + x * x * y.cos() * dy)).abs().max().item<double>() < 1e-14);
}

CATCH_TEST_CASE("a result that does not depend on the inputs has a zero tangent", "[jvp]") {
  const at::Tensor x = at::tensor({1.0, 2.0}, at::kDouble);
  const fm::Dual d = fm::jvp([](std::span<const at::Tensor>) { return at::tensor({4.0, 5.0}, at::kDouble); }, {x}, {x});
  CATCH_CHECK(d.tangent.equal(at::tensor({0.0, 0.0}, at::kDouble)));
}

CATCH_TEST_CASE("after an exception the next derivative is right", "[jvp]") {
  const at::Tensor x = at::tensor({1.0, 2.0}, at::kDouble);
  const auto fails = [](std::span<const at::Tensor>) -> at::Tensor { throw std::runtime_error("stop"); };
  CATCH_CHECK_THROWS(fm::jvp(fails, {x}, {x}));
  CATCH_CHECK(fm::jvp([](std::span<const at::Tensor> in) { return 3 * in[0]; }, {x}, {x}).tangent.equal(3 * x));
}

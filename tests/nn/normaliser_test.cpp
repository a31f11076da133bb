#include "libfm/nn/normaliser.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/tensor.h>

CATCH_TEST_CASE("the module normalises and denormalises by offset and scale", "[normaliser]") {
  const fm::Normaliser normaliser({{1.0, -2.0}, {2.0, 0.5}});
  const at::Tensor x = at::tensor({3.0f, -1.0f}).view({1, 2});
  const at::Tensor y = normaliser.normalise(x);
  CATCH_CHECK(y.equal(at::tensor({1.0f, 2.0f}).view({1, 2})));
  CATCH_CHECK(normaliser.denormalise(y).equal(x));
}

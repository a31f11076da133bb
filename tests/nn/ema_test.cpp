#include "libfm/nn/ema.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/full.h>

#include <cmath>

CATCH_TEST_CASE("the moving average has its closed form", "[ema]") {
  // With weights w_k = k: shadow_n = d^n w_0 + (1 - d) sum_k d^(n - k) w_k.
  constexpr double decay = 0.9;
  const std::vector<at::Tensor> shadow = {at::full({2}, 0.0, at::kDouble)};
  double expected = 0.0;
  for (int k = 1; k <= 50; ++k) {
    fm::update_ema(shadow, {at::full({2}, static_cast<double>(k), at::kDouble)}, decay);
    expected += (1 - decay) * std::pow(decay, 50 - k) * k;
  }
  CATCH_CHECK_THAT(shadow[0][1].item<double>(), Catch::Matchers::WithinAbs(expected, 1e-12));
}

CATCH_TEST_CASE("the decay is warmed up, and is the wanted one in the long run", "[ema]") {
  CATCH_CHECK(fm::warmed_up_decay(0.995, 0) == 0.1);
  CATCH_CHECK(fm::warmed_up_decay(0.995, 89) == 90.0 / 99.0);
  CATCH_CHECK(fm::warmed_up_decay(0.995, 1790) == 0.995);
  CATCH_CHECK(fm::warmed_up_decay(0.0, 5) == 0.0);
}

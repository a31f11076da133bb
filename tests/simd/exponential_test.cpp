#include "libfm/simd/exponential.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <limits>

namespace {

float exponential(float x) { return fm::exponential<float, std::int32_t>(x); }
float sigmoid(float x) { return fm::sigmoid<float, std::int32_t>(x); }

}  // namespace

CATCH_TEST_CASE("the exponential's relative error is below 1e-7 on its whole range", "[exponential]") {
  double worst = 0.0;
  for (int i = -87'000; i <= 87'000; ++i) {
    const float x = 0.001F * static_cast<float>(i);
    const double exact = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::abs(static_cast<double>(exponential(x)) - exact) / exact);
  }
  CATCH_CHECK(worst < 1.2e-7);
  CATCH_CHECK(exponential(0.0F) == 1.0F);
}

CATCH_TEST_CASE("the sigmoid saturates and passes NaN through", "[exponential]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CATCH_CHECK(sigmoid(0.0F) == 0.5F);
  CATCH_CHECK(sigmoid(infinity) == 1.0F);
  CATCH_CHECK(sigmoid(-infinity) < 1e-37F);
  CATCH_CHECK(std::isnan(sigmoid(std::numeric_limits<float>::quiet_NaN())));
}

CATCH_TEST_CASE("a vector gives the same results as its elements", "[exponential]") {
  typedef float Floats __attribute__((vector_size(16)));
  typedef std::int32_t Integers __attribute__((vector_size(16)));
  const Floats x = {-200.0F, -3.25F, 0.5F, 60.0F};
  const Floats y = fm::sigmoid<Floats, Integers>(x);
  for (int i = 0; i < 4; ++i) CATCH_CHECK(y[i] == sigmoid(x[i]));
}

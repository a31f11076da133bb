#include "libfm/rl/surrogate.hpp"

#include "libfm/core/statistics.hpp"
#include "tests/catch.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

fm::SurrogateLoss of(const std::string& objective, double ratio, double advantage) {
  return fm::policy_loss(objective, at::tensor({std::log(ratio)}, at::kDouble).unsqueeze(0), std::vector{advantage},
                         0.2);
}

double loss(const std::string& objective, double ratio, double advantage) {
  return of(objective, ratio, advantage).loss;
}

/// By the logarithm of the ratio.
double gradient(const std::string& objective, double ratio, double advantage) {
  return of(objective, ratio, advantage).gradient.item<double>();
}

}  // namespace

CATCH_TEST_CASE("the clipped objective gains nothing beyond the clip, and loses without bound", "[surrogate]") {
  CATCH_CHECK_THAT(loss("clip", 1.1, 2.0), WithinAbs(-2.2, 1e-9));
  CATCH_CHECK_THAT(loss("clip", 1.5, 2.0), WithinAbs(-2.4, 1e-9));
  CATCH_CHECK_THAT(loss("clip", 0.5, 2.0), WithinAbs(-1.0, 1e-9));
  CATCH_CHECK_THAT(loss("clip", 0.5, -2.0), WithinAbs(1.6, 1e-9));
  CATCH_CHECK_THAT(loss("clip", 1.5, -2.0), WithinAbs(3.0, 1e-9));
  CATCH_CHECK(gradient("clip", 1.5, 2.0) == 0.0);
  CATCH_CHECK(gradient("clip", 0.5, -2.0) == 0.0);
}

CATCH_TEST_CASE("at ratio 1 both objectives have the policy gradient", "[surrogate]") {
  for (const char* objective : {"clip", "aspo"}) {
    for (const double advantage : {2.0, -3.0})
      CATCH_CHECK_THAT(gradient(objective, 1.0, advantage), WithinAbs(-advantage, 1e-9));
  }
}

CATCH_TEST_CASE("aspo clips positive advantages and pulls back where a negative one has gone too far", "[surrogate]") {
  CATCH_CHECK_THAT(loss("aspo", 1.5, 2.0), WithinAbs(-2.4, 1e-9));
  CATCH_CHECK_THAT(loss("aspo", 1.1, -2.0), WithinAbs(2.2 + 2.0 / 0.4 * 0.01, 1e-9));
  CATCH_CHECK(gradient("aspo", 0.9, -2.0) > 0.0);  // descent lowers the ratio further
  CATCH_CHECK_THAT(gradient("aspo", 0.8, -2.0), WithinAbs(0.0, 1e-12));
  CATCH_CHECK(gradient("aspo", 0.5, -2.0) < 0.0);  // and raises it again beyond the clip
}

CATCH_TEST_CASE("gradients are the finite differences of the losses", "[surrogate]") {
  constexpr double h = 1e-6;
  for (const char* objective : {"clip", "aspo"}) {
    for (const double ratio : {0.3, 0.7, 0.9, 1.1, 1.3, 2.0}) {
      for (const double advantage : {-1.5, 0.7}) {
        const double above = loss(objective, ratio * std::exp(h), advantage),
                     below = loss(objective, ratio * std::exp(-h), advantage);
        CATCH_CHECK_THAT(gradient(objective, ratio, advantage), WithinAbs((above - below) / (2.0 * h), 1e-8));
      }
    }
  }
}

CATCH_TEST_CASE("losses, divergence and clipped share are means over all ratios", "[surrogate]") {
  const at::Tensor log_ratio = at::tensor({0.0, 0.5, -0.4, 0.1}, at::kDouble).view({2, 2});
  const fm::SurrogateLoss all = fm::policy_loss("clip", log_ratio, std::vector{1.0, -2.0}, 0.2);
  double sum = 0.0, kl = 0.0;
  for (int i = 0; i < 2; ++i) {
    for (int k = 0; k < 2; ++k) {
      const double x = log_ratio[i][k].item<double>();
      sum += loss("clip", std::exp(x), i == 0 ? 1.0 : -2.0);
      kl += std::exp(x) - 1.0 - x;
    }
  }
  CATCH_CHECK_THAT(all.loss, WithinAbs(sum / 4.0, 1e-12));
  CATCH_CHECK_THAT(all.kl, WithinAbs(kl / 4.0, 1e-12));
  CATCH_CHECK(all.kl > 0.0);
  CATCH_CHECK(all.clip_fraction == 0.5);
  CATCH_CHECK(fm::policy_loss("clip", at::zeros({3, 1}), std::vector{1.0, 2.0, 3.0}, 0.2).kl == 0.0);
}

CATCH_TEST_CASE("the loss of values is clipped to the worse of two", "[surrogate]") {
  const auto of = [](double value, double target, double before, double clip) {
    return fm::value_loss(at::tensor({value}, at::kDouble), std::vector{target}, std::vector{before}, clip);
  };
  CATCH_CHECK_THAT(of(2.0, 1.0, 0.0, 0.0).loss, WithinAbs(0.5, 1e-12));
  CATCH_CHECK_THAT(of(2.0, 1.0, 0.0, 0.0).gradient.item<double>(), WithinAbs(1.0, 1e-12));
  CATCH_CHECK_THAT(of(1.0, 1.0, 0.0, 0.2).loss, WithinAbs(0.5 * 0.64, 1e-12));  // the change is clipped to 0.2
  CATCH_CHECK(of(1.0, 1.0, 0.0, 0.2).gradient.item<double>() == 0.0);
  CATCH_CHECK_THAT(of(3.0, 1.0, 0.0, 0.2).loss, WithinAbs(0.5 * 4.0, 1e-12));  // the value itself is farther away
  CATCH_CHECK_THAT(of(3.0, 1.0, 0.0, 0.2).gradient.item<double>(), WithinAbs(2.0, 1e-12));
}

CATCH_TEST_CASE("standardised advantages have mean 0 and deviation 1, and equal ones are 0", "[surrogate]") {
  std::vector<double> x = {1.0, 2.0, 6.0}, equal = {2.0, 2.0}, one = {2.0};
  fm::standardise(x);
  CATCH_CHECK_THAT(fm::mean(x), WithinAbs(0.0, 1e-12));
  CATCH_CHECK_THAT(fm::standard_deviation(x), WithinAbs(1.0, 1e-7));
  fm::standardise(equal);
  fm::standardise(one);
  CATCH_CHECK((equal[0] == 0.0 && equal[1] == 0.0 && one[0] == 0.0));
}

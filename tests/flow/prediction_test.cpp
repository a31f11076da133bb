#include "libfm/flow/prediction.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/linspace.h>

namespace {

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

}  // namespace

CATCH_TEST_CASE("every prediction gives both ends and the velocity, on every path and over its whole interval",
                "[flow]") {
  constexpr int n = 101;
  const at::Tensor x1 = fm::test::normal({n, 2, 3}, 1), z0 = fm::test::normal({n, 2, 3}, 2);
  for (const std::string& path : fm::path_names()) {
    for (const std::string& target : fm::target_names()) {
      CATCH_INFO(path + " " + target);
      const fm::Prediction prediction({.path = {.name = path}, .target = target});
      const auto [begin, end] = prediction.interval();
      const auto point = prediction.at(at::linspace(begin, end, n, at::kDouble));
      const at::Tensor z = fm::interpolate(point, x1, z0);
      // Only the score has a scale that differs from its regression target's.
      const at::Tensor regressed = prediction.target(point, x1, z0);
      const at::Tensor output = target == "score" ? regressed / fm::per_row(point.sigma, z) : regressed;
      CATCH_CHECK(largest(prediction.scaled_output(point, output) - regressed) < 1e-12);
      const fm::PathEnds ends = prediction.ends(point, output, z);
      const at::Tensor v = fm::path_velocity(point, x1, z0);
      // At an interval's ends divisors are small: rounding errors grow by 1e3 to 1e7.
      CATCH_CHECK(largest(ends.x1 - x1) < 1e-7);
      CATCH_CHECK(largest(ends.z0 - z0) < 1e-7);
      CATCH_CHECK(largest((prediction.velocity(point, output, z) - v) / (1.0 + v.abs())) < 1e-7);
    }
  }
}

CATCH_TEST_CASE("the network's input stays within unit variance on a path that grows", "[flow]") {
  const fm::Prediction grows({.path = {.name = "variance_exploding"}}), stays({});
  const at::Tensor times = at::linspace(0, 1, 5, at::kDouble), ones = at::ones({5, 1, 1}, at::kDouble);
  const auto point = grows.at(times);
  const at::Tensor deviation = (point.alpha.square() + point.sigma.square()).sqrt().view({5, 1, 1});
  CATCH_CHECK(largest(grows.network_input(point, deviation) - 1.0) < 1e-12);
  CATCH_CHECK(stays.network_input(stays.at(times), ones).equal(ones));
}

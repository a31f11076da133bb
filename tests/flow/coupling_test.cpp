#include "libfm/flow/coupling.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/flow/mixture.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

struct Pairs {
  at::Tensor x1, z0, c;  ///< (N)
};

/// Two conditions, c = -1 and 1, with two modes each: 2 c and 0, equally often. Each batch of 256 is coupled alone.
Pairs two_modes_by_condition(const std::string& coupling, int batches) {
  constexpr int n = 256;
  const fm::Coupling couple = fm::make_coupling({.name = coupling});
  std::vector<at::Tensor> x1s, z0s, cs;
  for (int b = 0; b < batches; ++b) {
    const auto seed = static_cast<std::uint64_t>(b);
    fm::Draws draws = fm::RandomStream(seed, "modes").at(0);
    at::Tensor c = at::empty({n, 1, 1}, at::kDouble), x1 = at::empty({n, 1, 1}, at::kDouble);
    for (int i = 0; i < n; ++i) {
      c[i] = draws.uniform() < 0.5 ? -1.0 : 1.0;
      x1[i] = draws.uniform() < 0.5 ? 0.0 : 2.0 * c[i].item<double>();
    }
    const at::Tensor z0 = fm::test::normal({n, 1, 1}, 1000 + seed);
    const at::Tensor coupled = couple(x1, z0, {.observations = c}, fm::RandomStream(seed, "coupling").at(0));
    x1s.push_back(x1.flatten());
    z0s.push_back(coupled.flatten());
    cs.push_back(c.flatten());
  }
  return {at::cat(x1s), at::cat(z0s), at::cat(cs)};
}

/// The share of samples of condition c = 1 that end at 2, not 0. In one dimension the flow keeps the order of its
/// points; so where pairs do not cross, a sample z0 ~ N(0, 1) ends where its neighbour's pair does.
double share_at_two(const Pairs& pairs) {
  std::vector<std::pair<double, double>> of_one;  // noise and action, where c = 1
  for (std::int64_t i = 0; i < pairs.c.size(0); ++i) {
    if (pairs.c[i].item<double>() > 0) of_one.emplace_back(pairs.z0[i].item<double>(), pairs.x1[i].item<double>());
  }
  std::sort(of_one.begin(), of_one.end());
  fm::Draws draws = fm::RandomStream(5, "samples").at(0);
  int two = 0;
  constexpr int n = 4000;
  for (int i = 0; i < n; ++i) {
    const auto next = std::lower_bound(of_one.begin(), of_one.end(), std::pair{draws.normal(), 0.0});
    two += (next == of_one.end() ? of_one.back() : *next).second == 2.0 ? 1 : 0;
  }
  return two / static_cast<double>(n);
}

double cost(const at::Tensor& x1, const at::Tensor& z0) { return (x1 - z0).square().sum().item<double>(); }

}  // namespace

CATCH_TEST_CASE("every coupling permutes the noise", "[flow]") {
  const at::Tensor x1 = fm::test::normal({64, 2, 3}, 1), z0 = fm::test::normal({64, 2, 3}, 2);
  const fm::Condition condition{.observations = fm::test::normal({64, 1, 4}, 3)};
  for (const std::string& name : fm::names_in(fm::coupling_kinds)) {
    CATCH_INFO(name);
    const at::Tensor coupled = fm::make_coupling({.name = name})(x1, z0, condition, fm::RandomStream(0, "c").at(0));
    std::vector<std::vector<double>> before, after;
    for (int i = 0; i < 64; ++i) {
      const at::Tensor a = z0[i].flatten(), b = coupled[i].flatten();
      before.emplace_back(a.data_ptr<double>(), a.data_ptr<double>() + 6);
      after.emplace_back(b.data_ptr<double>(), b.data_ptr<double>() + 6);
    }
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    CATCH_CHECK(before == after);
  }
}

CATCH_TEST_CASE("optimal transport in one dimension sorts; Sinkhorn approximates it, better with less entropy",
                "[flow]") {
  const at::Tensor x1 = fm::test::normal({200, 1, 1}, 1), z0 = fm::test::normal({200, 1, 1}, 2);
  const auto coupled_cost = [&](const fm::CouplingOptions& options) {
    return cost(x1, fm::make_coupling(options)(x1, z0, {.observations = x1}, fm::RandomStream(0, "c").at(0)));
  };
  const double least = cost(std::get<0>(x1.flatten().sort()), std::get<0>(z0.flatten().sort()));
  CATCH_CHECK_THAT(coupled_cost({.name = "optimal_transport"}), WithinAbs(least, 1e-9));
  const double none = coupled_cost({.name = "independent"});
  const double loose = coupled_cost({.name = "sinkhorn", .sinkhorn = {.regularisation = 0.5}});
  const double tight = coupled_cost({.name = "sinkhorn", .sinkhorn = {.regularisation = 0.02}});
  CATCH_CHECK(least < tight);
  CATCH_CHECK(tight < loose);
  CATCH_CHECK(loose < none);
  CATCH_CHECK(tight - least < 0.1 * (none - least));
}

CATCH_TEST_CASE("naive optimal transport biases a conditional distribution, the condition-aware one does not",
                "[flow]") {
  // Coupled over both conditions, noise is assigned in order: the upper quarter to 2, the middle half to 0 for either
  // condition. Under c = 1 then only the upper quarter of the noise ends at 2, instead of half of it.
  CATCH_CHECK_THAT(share_at_two(two_modes_by_condition("optimal_transport", 20)), WithinAbs(0.25, 0.04));
  CATCH_CHECK_THAT(share_at_two(two_modes_by_condition("conditional_optimal_transport", 20)), WithinAbs(0.5, 0.04));
}

CATCH_TEST_CASE("noise depends on the condition after naive coupling only", "[flow]") {
  const auto mean_noise = [](const std::string& name) {
    const Pairs pairs = two_modes_by_condition(name, 20);
    return (pairs.z0 * pairs.c).mean().item<double>();  // (E[z0 | c = 1] - E[z0 | c = -1]) / 2
  };
  const double error = 5.0 / std::sqrt(20 * 256);
  CATCH_CHECK_THAT(mean_noise("independent"), WithinAbs(0, error));
  CATCH_CHECK_THAT(mean_noise("conditional_optimal_transport"), WithinAbs(0, error));
  // Half of c's noise is its tail beyond the quartile, of mean phi(q) / 0.25; the other half's is 0 by symmetry.
  CATCH_CHECK_THAT(mean_noise("optimal_transport"), WithinAbs(0.5 * 1.2711, 0.05));
}

CATCH_TEST_CASE("an unknown coupling is refused", "[flow]") {
  CATCH_CHECK_THROWS_AS(fm::make_coupling({.name = "optimal"}), fm::InputError);
}

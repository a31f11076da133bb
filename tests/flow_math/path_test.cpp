#include "libfm/flow_math/path.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using fm::path_at;

namespace {

/// Every path; with options that are not all defaults.
std::vector<fm::PathOptions> all_paths() {
  std::vector<fm::PathOptions> all;
  for (const std::string& name : fm::path_names()) all.push_back({.name = name, .polynomial = {.degree = 3}});
  all.push_back({.name = "linear", .linear = {.sigma_min = 0.1}});
  return all;
}

}  // namespace

CATCH_TEST_CASE("a path goes from noise to data", "[path]") {
  for (const char* name : {"linear", "cosine", "polynomial"}) {
    CATCH_INFO(name);
    const auto begin = path_at({.name = name}, 0.0), end = path_at({.name = name}, 1.0);
    CATCH_CHECK(begin.alpha == 0.0);
    CATCH_CHECK(begin.sigma == 1.0);
    CATCH_CHECK_THAT(end.alpha, WithinAbs(1.0, 1e-15));
    CATCH_CHECK_THAT(end.sigma, WithinAbs(0.0, 1e-15));
  }
  CATCH_CHECK_THAT(path_at({.linear = {.sigma_min = 0.1}}, 1.0).sigma, WithinAbs(0.1, 1e-15));
}

CATCH_TEST_CASE("the variance preserving path is that of its diffusion", "[path]") {
  const fm::PathOptions path{.name = "variance_preserving"};
  for (const double t : {0.0, 0.2, 0.7, 0.99}) {
    const auto p = path_at(path, t);
    CATCH_CHECK_THAT(p.alpha * p.alpha + p.sigma * p.sigma, WithinAbs(1.0, 1e-14));
  }
  CATCH_CHECK_THAT(path_at(path, 0.0).alpha, WithinRel(std::exp(-0.25 * 19.9 - 0.05), 1e-12));
  CATCH_CHECK(path_at(path, 1.0).alpha == 1.0);
  CATCH_CHECK(path_at(path, 1.0).sigma == 0.0);
}

CATCH_TEST_CASE("the variance exploding path shrinks its noise geometrically", "[path]") {
  const fm::PathOptions path{.name = "variance_exploding"};
  CATCH_CHECK_THAT(path_at(path, 0.0).sigma, WithinRel(20.0, 1e-12));
  CATCH_CHECK_THAT(path_at(path, 0.5).sigma, WithinRel(std::sqrt(20.0 * 0.01), 1e-12));
  CATCH_CHECK_THAT(path_at(path, 1.0).sigma, WithinRel(0.01, 1e-12));
  CATCH_CHECK(path_at(path, 0.3).alpha == 1.0);
}

CATCH_TEST_CASE("a path's derivatives are those of its coefficients", "[path]") {
  constexpr double h = 1e-6;
  for (const fm::PathOptions& path : all_paths()) {
    CATCH_INFO(path.name);
    for (const double t : {0.1, 0.3, 0.5, 0.9}) {
      const auto before = path_at(path, t - h), here = path_at(path, t), after = path_at(path, t + h);
      CATCH_CHECK_THAT((after.alpha - before.alpha) / (2 * h), WithinAbs(here.alpha_dot, 1e-7));
      CATCH_CHECK_THAT((after.sigma - before.sigma) / (2 * h), WithinAbs(here.sigma_dot, 1e-6));
    }
  }
}

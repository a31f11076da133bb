// Requirements on every solver.

#include "libfm/core/error.hpp"
#include "libfm/flow/ode.hpp"

#include "tests/catch.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/tensor.h>

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

/// dz/dt = a(t) z + b(t) with a = 1 + t, b = sin 2t: linear, and dependent on time.
at::Tensor field(const at::Tensor& z, const at::Tensor& t) {
  return (t + 1.0).unsqueeze(-1) * z + (t * 2.0).sin().unsqueeze(-1);
}

/// The solution at t = 1 from z0 at t = 0, by Simpson's rule on the variation of constants with a fine grid:
/// z(1) = e^{A(1)} (z0 + int_0^1 e^{-A(s)} sin 2s ds) with A(s) = s + s^2 / 2.
double exact(double z0) {
  constexpr int n = 20000;
  const auto integrand = [](double s) { return std::exp(-s - s * s / 2) * std::sin(2 * s); };
  double sum = integrand(0) + integrand(1);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * integrand(static_cast<double>(i) / n);
  return std::exp(1.5) * (z0 + sum / (3.0 * n));
}

fm::OdeSolution adapted(const fm::ButcherTableau& method, const at::Tensor& z0, const fm::AdaptiveOptions& options,
                        double begin = 0.0, double end = 1.0) {
  return fm::integrate_adaptive(field, z0, begin, end, method, options);
}

std::vector<std::string> adaptive_names() {
  std::vector<std::string> names = fm::solver_names();
  std::erase_if(names, [](const std::string& name) { return !fm::find_solver(name).adapts(); });
  return names;
}

/// Over several initial values: at a single one the leading error term may vanish by coincidence.
double error(const fm::ButcherTableau& method, int steps) {
  double sum = 0.0;
  for (const double z0 : {-1.5, 0.7, 2.0}) {
    const at::Tensor start = at::full({1, 1}, z0, at::kDouble);
    sum += std::abs(fm::integrate(field, start, fm::TimeGrid::uniform(steps), method).z.item<double>() - exact(z0));
  }
  return sum;
}

}  // namespace

CATCH_TEST_CASE("every solver converges with its order on a time-dependent linear field", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    const double observed = std::log2(error(method, 64) / error(method, 128));
    CATCH_CHECK_THAT(observed, WithinAbs(method.order, 0.15));
  }
}

CATCH_TEST_CASE("every solver counts its evaluations and returns its trajectory", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    int calls = 0;
    const auto counting = [&](const at::Tensor& z, const at::Tensor& t) {
      ++calls;
      CATCH_CHECK(t.sizes() == at::IntArrayRef({z.size(0)}));
      return field(z, t);
    };
    const at::Tensor z0 = at::linspace(-1, 1, 6, at::kDouble).view({3, 2});
    const auto grid = fm::TimeGrid::uniform(5);
    const fm::OdeSolution solution = fm::integrate(counting, z0, grid, method, fm::Record::trajectory);
    CATCH_CHECK(solution.nfe == calls);
    CATCH_CHECK(solution.nfe == 5 * method.stages());
    CATCH_REQUIRE(solution.trajectory.size() == 6);
    CATCH_CHECK(solution.trajectory.front().equal(z0));
    CATCH_CHECK(solution.trajectory.back().equal(solution.z));
    CATCH_CHECK(fm::integrate(field, z0, grid, method).trajectory.empty());
  }
}

CATCH_TEST_CASE("every solver treats rows independently, in float32 and float64", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    for (const auto type : {at::kFloat, at::kDouble}) {
      CATCH_INFO(name);
      const at::Tensor z0 = at::linspace(-2, 2, 8, type).view({4, 2});
      const auto grid = fm::TimeGrid::uniform(7);
      const at::Tensor together = fm::integrate(field, z0, grid, fm::find_solver(name)).z;
      CATCH_CHECK(together.scalar_type() == type);
      for (int i = 0; i < 4; ++i) {
        const at::Tensor alone = fm::integrate(field, z0.slice(0, i, i + 1), grid, fm::find_solver(name)).z;
        CATCH_CHECK(alone.equal(together.slice(0, i, i + 1)));
      }
    }
  }
}

CATCH_TEST_CASE("every solver returns to the start on the reversed grid", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    const auto grid = fm::TimeGrid::uniform(200);
    const at::Tensor z0 = at::linspace(-1, 1, 3, at::kDouble).view({3, 1});
    const at::Tensor there = fm::integrate(field, z0, grid, method).z;
    const at::Tensor back = fm::integrate(field, there, grid.reversed(), method).z;
    CATCH_CHECK((back - z0).abs().max().item<double>() < 3 * std::pow(0.01, std::min(method.order, 2)));
  }
}

CATCH_TEST_CASE("every solver accepts a nonuniform grid", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    for (const std::string& grid : fm::grid_names()) {
      CATCH_INFO(name + " " + grid);
      const at::Tensor z0 = at::full({1, 1}, 0.7, at::kDouble);
      const double end =
          fm::integrate(field, z0, fm::TimeGrid::named(grid, 2000), fm::find_solver(name)).z.item<double>();
      CATCH_CHECK_THAT(end, WithinAbs(exact(0.7), 1e-2));
    }
  }
}

CATCH_TEST_CASE("every adaptive solver's error follows its tolerance, with fewer steps at looser tolerances",
                "[contract][solver]") {
  for (const std::string& name : adaptive_names()) {
    CATCH_INFO(name);
    int before = 0;
    for (const double tolerance : {1e-3, 1e-5, 1e-7}) {
      const at::Tensor z0 = at::full({1, 1}, 0.7, at::kDouble);
      const auto solution = adapted(fm::find_solver(name), z0, {.rtol = tolerance, .atol = tolerance});
      CATCH_CHECK_THAT(solution.z.item<double>(), WithinAbs(exact(0.7), 20 * tolerance));
      CATCH_CHECK(solution.steps > before);
      before = solution.steps;
    }
  }
}

CATCH_TEST_CASE("every adaptive solver treats rows independently, in float32 and float64", "[contract][solver]") {
  for (const std::string& name : adaptive_names()) {
    for (const auto type : {at::kFloat, at::kDouble}) {
      CATCH_INFO(name);
      const at::Tensor z0 = at::tensor({-200.0, 0.0, 1e-3, 50.0}, type).view({4, 1});  // these need different steps
      const at::Tensor together = adapted(fm::find_solver(name), z0, {}).z;
      CATCH_CHECK(together.scalar_type() == type);
      for (int i = 0; i < 4; ++i) {
        CATCH_CHECK(adapted(fm::find_solver(name), z0.slice(0, i, i + 1), {}).z.equal(together.slice(0, i, i + 1)));
      }
    }
  }
}

CATCH_TEST_CASE("every adaptive solver counts its evaluations, is reversible, and reports when steps run out",
                "[contract][solver]") {
  for (const std::string& name : adaptive_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    const at::Tensor z0 = at::linspace(-1, 1, 3, at::kDouble).view({3, 1});
    int calls = 0;
    const auto counting = [&](const at::Tensor& z, const at::Tensor& t) {
      ++calls;
      return field(z, t);
    };
    const auto there = fm::integrate_adaptive(counting, z0, 0, 1, method, {.rtol = 1e-7, .atol = 1e-7});
    CATCH_CHECK(there.nfe == calls);
    const at::Tensor back = adapted(method, there.z, {.rtol = 1e-7, .atol = 1e-7}, 1, 0).z;
    CATCH_CHECK((back - z0).abs().max().item<double>() < 1e-5);
    try {
      adapted(method, z0, {.rtol = 1e-9, .atol = 1e-9, .max_steps = 3});
      CATCH_FAIL("nothing was thrown");
    } catch (const fm::InputError& e) {
      CATCH_CHECK(std::string(e.what()).find("max_steps") != std::string::npos);
    }
    const auto not_finite = [](const at::Tensor& z, const at::Tensor&) { return z / 0.0; };
    CATCH_CHECK_THROWS_AS(fm::integrate_adaptive(not_finite, z0, 0, 1, method, {}), fm::InputError);
  }
}

CATCH_TEST_CASE("gradients flow through every adaptive solver", "[contract][solver]") {
  for (const std::string& name : adaptive_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    // The gradient treats the steps as fixed, while they vary with w in the finite difference: the tolerance bounds the
    // effect.
    const auto end = [&](const at::Tensor& w) {
      const auto f = [&](const at::Tensor& z, const at::Tensor& t) { return (w * z).sin() + t.unsqueeze(-1); };
      return fm::integrate_adaptive(f, at::full({1, 1}, 0.4, at::kDouble), 0, 1, method, {.rtol = 1e-9, .atol = 1e-9})
          .z.sum();
    };
    at::Tensor w = at::tensor(1.3, at::kDouble).requires_grad_();
    end(w).backward();
    constexpr double h = 1e-4;
    const at::Tensor v = w.detach();
    CATCH_CHECK_THAT(w.grad().item<double>(), WithinAbs((end(v + h) - end(v - h)).item<double>() / (2 * h), 1e-6));
  }
}

CATCH_TEST_CASE("gradients flow through every solver", "[contract][solver]") {
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& method = fm::find_solver(name);
    const auto grid = fm::TimeGrid::uniform(6);
    const auto end = [&](const at::Tensor& z0, const at::Tensor& w) {
      return fm::integrate([&](const at::Tensor& z, const at::Tensor& t) { return (w * z).sin() + t.unsqueeze(-1); },
                           z0, grid, method)
          .z.sum();
    };
    at::Tensor z0 = at::tensor({0.4, -0.3}, at::kDouble).view({2, 1}).requires_grad_();
    at::Tensor w = at::tensor(1.3, at::kDouble).requires_grad_();
    end(z0, w).backward();
    constexpr double h = 1e-6;
    const at::Tensor z = z0.detach(), v = w.detach();
    const double by_w = (end(z, v + h) - end(z, v - h)).item<double>() / (2 * h);
    CATCH_CHECK_THAT(w.grad().item<double>(), WithinAbs(by_w, 1e-8));
    at::Tensor step = z.clone();
    step.zero_()[1][0] = h;
    const double by_z = (end(z + step, v) - end(z - step, v)).item<double>() / (2 * h);
    CATCH_CHECK_THAT(z0.grad()[1][0].item<double>(), WithinAbs(by_z, 1e-8));
  }
}

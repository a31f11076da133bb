#include "libfm/flow_math/butcher_tableau.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <vector>

using Catch::Matchers::WithinAbs;

namespace {

using Stages = std::vector<double>;

Stages times(const Stages& x, const Stages& y) {
  Stages product(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) product[i] = x[i] * y[i];
  return product;
}

Stages advance(const fm::ButcherTableau& m, const Stages& x) {
  Stages sums(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) sums[i] += m.a[i][j] * x[j];
  }
  return sums;
}

/// sum_i b_i stage_i must be `value` in a method of this order or above.
struct Condition {
  int order;
  Stages stage;
  double value;
};

/// The rooted trees to order 5 (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, table II.2.1).
std::vector<Condition> order_conditions(const fm::ButcherTableau& m) {
  const Stages& c = m.c;
  const Stages one(c.size(), 1.0), c2 = times(c, c), c3 = times(c2, c), ac = advance(m, c), ac2 = advance(m, c2),
                                   aac = advance(m, ac);
  return {
      {1, one, 1},
      {2, c, 1.0 / 2},
      {3, c2, 1.0 / 3},
      {3, ac, 1.0 / 6},
      {4, c3, 1.0 / 4},
      {4, times(c, ac), 1.0 / 8},
      {4, ac2, 1.0 / 12},
      {4, aac, 1.0 / 24},
      {5, times(c2, c2), 1.0 / 5},
      {5, times(c2, ac), 1.0 / 10},
      {5, times(c, ac2), 1.0 / 15},
      {5, times(ac, ac), 1.0 / 20},
      {5, times(c, aac), 1.0 / 30},
      {5, advance(m, c3), 1.0 / 20},
      {5, advance(m, times(c, ac)), 1.0 / 40},
      {5, advance(m, ac2), 1.0 / 60},
      {5, advance(m, aac), 1.0 / 120},
  };
}

void check_order(const fm::ButcherTableau& m, const Stages& weights, int order) {
  for (const Condition& condition : order_conditions(m)) {
    if (condition.order > order) continue;
    double sum = 0;
    for (const double x : times(weights, condition.stage)) sum += x;
    CATCH_CHECK_THAT(sum, WithinAbs(condition.value, 1e-14));
  }
}

}  // namespace

CATCH_TEST_CASE("every tableau meets the order conditions of its order", "[solver]") {
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& m = fm::find_solver(name);
    const Stages rows = advance(m, Stages(m.c.size(), 1.0));
    for (std::size_t i = 0; i < rows.size(); ++i) CATCH_CHECK_THAT(rows[i], WithinAbs(m.c[i], 1e-14));
    check_order(m, m.b, m.order);
    if (m.adapts()) check_order(m, m.b_embedded, m.order - 1);
  }
}

CATCH_TEST_CASE("an embedded method is of a lower order, so that its difference is the error", "[solver]") {
  for (const std::string& name : fm::solver_names()) {
    const fm::ButcherTableau& m = fm::find_solver(name);
    if (!m.adapts()) continue;
    CATCH_INFO(name);
    bool fails = false;
    for (const Condition& condition : order_conditions(m)) {
      double sum = 0;
      for (const double x : times(m.b_embedded, condition.stage)) sum += x;
      fails = fails || (condition.order == m.order && std::abs(sum - condition.value) > 1e-4);
    }
    CATCH_CHECK(fails);
  }
}

CATCH_TEST_CASE("an unknown solver is refused with the known names", "[solver]") {
  try {
    fm::find_solver("eular");
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    CATCH_CHECK(std::string(e.what()).find("euler, midpoint, heun, ralston3, bosh3, rk4, dopri5") != std::string::npos);
  }
}

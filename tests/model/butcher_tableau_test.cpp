#include "libfm/model/butcher_tableau.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numeric>

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("every tableau meets the order conditions of its order", "[solver]") {
  // Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, table II.2.1.
  for (const std::string& name : fm::solver_names()) {
    CATCH_INFO(name);
    const fm::ButcherTableau& m = fm::find_solver(name);
    const int s = m.stages();
    double b = 0, bc = 0, bcc = 0, bac = 0, bccc = 0, bcac = 0, bacc = 0, baac = 0;
    for (int i = 0; i < s; ++i) {
      double row = 0, ac = 0, acc = 0, aac = 0;
      for (int j = 0; j < i; ++j) {
        row += m.a[i][j];
        ac += m.a[i][j] * m.c[j];
        acc += m.a[i][j] * m.c[j] * m.c[j];
        for (int k = 0; k < j; ++k) aac += m.a[i][j] * m.a[j][k] * m.c[k];
      }
      CATCH_CHECK_THAT(row, WithinAbs(m.c[i], 1e-15));
      b += m.b[i];
      bc += m.b[i] * m.c[i];
      bcc += m.b[i] * m.c[i] * m.c[i];
      bac += m.b[i] * ac;
      bccc += m.b[i] * std::pow(m.c[i], 3);
      bcac += m.b[i] * m.c[i] * ac;
      bacc += m.b[i] * acc;
      baac += m.b[i] * aac;
    }
    CATCH_CHECK_THAT(b, WithinAbs(1.0, 1e-15));
    if (m.order >= 2) CATCH_CHECK_THAT(bc, WithinAbs(1.0 / 2, 1e-15));
    if (m.order >= 3) {
      CATCH_CHECK_THAT(bcc, WithinAbs(1.0 / 3, 1e-15));
      CATCH_CHECK_THAT(bac, WithinAbs(1.0 / 6, 1e-15));
    }
    if (m.order >= 4) {
      CATCH_CHECK_THAT(bccc, WithinAbs(1.0 / 4, 1e-15));
      CATCH_CHECK_THAT(bcac, WithinAbs(1.0 / 8, 1e-15));
      CATCH_CHECK_THAT(bacc, WithinAbs(1.0 / 12, 1e-15));
      CATCH_CHECK_THAT(baac, WithinAbs(1.0 / 24, 1e-15));
    }
  }
}

CATCH_TEST_CASE("an unknown solver is refused with the names there are", "[solver]") {
  try {
    fm::find_solver("eular");
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::InputError& e) {
    CATCH_CHECK(std::string(e.what()).find("euler, midpoint, heun, rk4") != std::string::npos);
  }
}

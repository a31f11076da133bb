#include "libfm/expert/spline.hpp"

#include "tests/catch.hpp"

using fm::Matrix;
using fm::spline_at;

CATCH_TEST_CASE("a spline goes through its knots and holds its ends", "[spline]") {
  Matrix knots(4, 2);
  knots << 1, -1, 3, 0, 2, 5, -4, 1;
  for (const std::string& name : fm::spline_names()) {
    CATCH_INFO(name);
    for (int k = 0; k < 4; ++k) CATCH_CHECK(spline_at(name, knots, k) == knots.row(k));
    CATCH_CHECK(spline_at(name, knots, -0.5) == knots.row(0));
    CATCH_CHECK(spline_at(name, knots, 7.0) == knots.row(3));
  }
}

CATCH_TEST_CASE("linear and cubic splines are exact for a line, and hold for a constant", "[spline]") {
  Matrix line(5, 1), constant = Matrix::Constant(5, 1, 2.0);
  line << 1, 3, 5, 7, 9;
  for (double time = 1.0; time <= 3.0; time += 0.25) {  // the cubic's slope at its ends is one-sided
    CATCH_CHECK(spline_at("linear", line, time)[0] == Approx(1.0 + 2.0 * time));
    CATCH_CHECK(spline_at("cubic", line, time)[0] == Approx(1.0 + 2.0 * time));
    for (const std::string& name : fm::spline_names()) CATCH_CHECK(spline_at(name, constant, time)[0] == Approx(2.0));
  }
  CATCH_CHECK(spline_at("hold", line, 2.75)[0] == 5.0);
}

CATCH_TEST_CASE("a spline that is shifted again and again is the one shifted at once", "[spline]") {
  Matrix knots(5, 1);
  knots << 1, -3, 5, 2, 9;
  for (const auto& [name, by] : {std::pair("hold", 0.3), std::pair("linear", 1.0)}) {
    CATCH_INFO(name);
    fm::ShiftedKnots now{knots, 0.0};
    for (int shifts = 1; by * shifts < 4.0; ++shifts) {
      now = fm::shifted(name, now.knots, now.begin + by);
      CATCH_CHECK(now.begin >= 0.0);
      CATCH_CHECK(now.begin < 1.0);
      const double total = by * shifts;
      for (const double time : {0.05, 0.55, 1.15}) {
        CATCH_CHECK(spline_at(name, now.knots, now.begin + time)[0] == Approx(spline_at(name, knots, total + time)[0]));
      }
    }
  }
}

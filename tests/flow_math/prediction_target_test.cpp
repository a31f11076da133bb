#include "libfm/flow_math/prediction_target.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <numeric>
#include <vector>

CATCH_TEST_CASE("on the closed interval of a path and target no divisor vanishes", "[path]") {
  std::vector<fm::PathOptions> paths;
  for (const std::string& name : fm::path_names()) paths.push_back({.name = name});
  for (const int degree : {1, 3, 20}) paths.push_back({.name = "polynomial", .polynomial = {degree}});
  for (const fm::PathOptions& options : paths) {
    for (const std::string& name : fm::target_names()) {
      CATCH_INFO(options.name << " " << options.polynomial.degree << " " << name);
      const fm::Target target = fm::find_target(name);
      const fm::TimeInterval interval = fm::closed_interval(options, target);
      // The contribution neglected at an end is about 1 % of the rest.
      CATCH_CHECK((interval.begin == 0.0 || fm::path_at(options, interval.begin).alpha <= 0.01));
      CATCH_CHECK((interval.end == 1.0 || fm::path_at(options, interval.end).sigma <= 0.0101));
      for (const double t : {interval.begin, std::midpoint(interval.begin, interval.end), interval.end}) {
        const auto p = fm::path_at(options, t);
        CATCH_CHECK(std::isfinite(p.alpha_dot));
        CATCH_CHECK(std::isfinite(p.sigma_dot));
        if (target == fm::Target::velocity) {
          CATCH_CHECK(std::abs(p.alpha * p.sigma_dot - p.alpha_dot * p.sigma) > 1e-2);
        }
        if (target == fm::Target::data || target == fm::Target::score) CATCH_CHECK(p.sigma > 0.0099);
        if (target == fm::Target::noise || target == fm::Target::score) CATCH_CHECK(p.alpha > 0.0065);
      }
    }
  }
}

CATCH_TEST_CASE("the usual path and target need no margin", "[path]") {
  const auto interval = fm::closed_interval({}, fm::Target::velocity);
  CATCH_CHECK(interval.begin == 0.0);
  CATCH_CHECK(interval.end == 1.0);
  CATCH_CHECK_THROWS_AS(fm::find_target("speed"), fm::InputError);
}

#include "libfm/model/prediction_target.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

#include <cmath>

CATCH_TEST_CASE("on the closed interval of a path and target nothing that is divided by vanishes", "[path]") {
  for (const std::string& path : fm::path_names()) {
    for (const std::string& name : fm::target_names()) {
      CATCH_INFO(path << " " << name);
      const fm::PathOptions options{.name = path};
      const fm::Target target = fm::find_target(name);
      const fm::TimeInterval interval = fm::closed_interval(options, target);
      CATCH_CHECK(interval.begin <= 1e-3);
      CATCH_CHECK(interval.end >= 1.0 - 1e-3);
      for (const double t : {interval.begin, 0.5, interval.end}) {
        const auto p = fm::path_at(options, t);
        CATCH_CHECK(std::isfinite(p.alpha_dot));
        CATCH_CHECK(std::isfinite(p.sigma_dot));
        if (target == fm::Target::velocity) {
          CATCH_CHECK(std::abs(p.alpha * p.sigma_dot - p.alpha_dot * p.sigma) > 1e-4);
        }
        if (target == fm::Target::data || target == fm::Target::score) CATCH_CHECK(p.sigma > 1e-4);
        if (target == fm::Target::noise || target == fm::Target::score) CATCH_CHECK(p.alpha > 1e-8);
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

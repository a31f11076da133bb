#include "libfm/config/setting_grid.hpp"

#include "tests/catch.hpp"

CATCH_TEST_CASE("the points of a grid are all combinations, the last axis the fastest", "[setting_grid]") {
  CATCH_CHECK(fm::grid_points({}).empty());
  CATCH_CHECK(fm::grid_size({}) == 1);
  const fm::SettingGrid grid{{{"sampler.steps", {"1", "2"}}, {"sampler.solver", {"euler", "heun", "rk4"}}}};
  CATCH_CHECK(fm::grid_size(grid) == 6);
  const auto points = fm::grid_points(grid);
  CATCH_REQUIRE(points.size() == 6);
  CATCH_CHECK(points[0] == std::vector<std::string>{"sampler.steps=1", "sampler.solver=euler"});
  CATCH_CHECK(points[1] == std::vector<std::string>{"sampler.steps=1", "sampler.solver=heun"});
  CATCH_CHECK(points[5] == std::vector<std::string>{"sampler.steps=2", "sampler.solver=rk4"});
}

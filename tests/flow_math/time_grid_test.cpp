#include "libfm/flow_math/time_grid.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

using fm::TimeGrid;

CATCH_TEST_CASE("a uniform grid has exactly its steps and ends", "[time_grid]") {
  for (const int steps : {1, 3, 7, 10, 49, 1000}) {
    const TimeGrid grid = TimeGrid::uniform(steps);
    CATCH_CHECK(grid.steps() == steps);
    CATCH_CHECK(grid[0] == 0.0);
    CATCH_CHECK(grid[steps] == 1.0);
    for (int i = 0; i < steps; ++i) {
      CATCH_CHECK(grid[i] < grid[i + 1]);
      CATCH_CHECK(grid[i] == static_cast<double>(i) / steps);
    }
  }
}

CATCH_TEST_CASE("a grid runs backwards over the same times", "[time_grid]") {
  const TimeGrid forward = TimeGrid::uniform(10, 0.25, 0.75), backward = forward.reversed();
  for (int i = 0; i <= 10; ++i) CATCH_CHECK(backward[i] == forward[10 - i]);
}

CATCH_TEST_CASE("a grid without steps is refused", "[time_grid]") {
  CATCH_CHECK_THROWS_AS(TimeGrid::uniform(0), fm::InputError);
}

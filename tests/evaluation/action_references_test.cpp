#include "libfm/evaluation/action_references.hpp"

#include "tests/catch.hpp"

#include <cmath>

using Catch::Matchers::WithinAbs;

namespace {

/// An episode's rows, one after another.
fm::Rows rows_of(const fm::Matrix& observations, const fm::Matrix& actions) {
  const auto count = static_cast<std::size_t>(actions.rows());
  return {.observations = observations,
          .goals = fm::Matrix(actions.rows(), 0),
          .actions = actions,
          .begin = std::vector<std::int64_t>(count, 0),
          .end = std::vector<std::int64_t>(count, actions.rows())};
}

fm::Matrix column(std::initializer_list<double> values) {
  fm::Matrix result(static_cast<Eigen::Index>(values.size()), 1);
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

}  // namespace

CATCH_TEST_CASE("the mean action errs by spread and difference of means", "[action_references]") {
  const fm::Rows training = rows_of(column({0, 1}), column({2, 4})), states = rows_of(column({0, 1}), column({1, 5}));
  const fm::ActionReferences r = fm::action_references(training, states, 1);
  CATCH_CHECK_THAT(r.mean_action.rmse, WithinAbs(2.0, 1e-12));  // 3 against 1 and 5
  CATCH_CHECK_THAT(r.mean_action.relative(), WithinAbs(1.0, 1e-12));
  CATCH_CHECK(r.mean_action.states == 2);
  CATCH_CHECK_FALSE(r.repeated);
}

CATCH_TEST_CASE("the nearest state is that of the smallest distance relative to deviations", "[action_references]") {
  // The second dimension varies a thousand times as much, so it counts a thousandth.
  fm::Matrix known(3, 2), met(2, 2);
  known << 0.0, 0.0, 1.0, 1000.0, 0.1, 2000.0;
  met << 0.02, 300.0, 0.9, 900.0;
  const fm::Rows training = rows_of(known, column({10, 20, 30})), states = rows_of(met, column({11, 24}));
  const fm::ActionReferences r = fm::action_references(training, states, 1);
  CATCH_CHECK_THAT(r.nearest.rmse, WithinAbs(std::sqrt((1.0 + 16.0) / 2), 1e-12));  // 10 and 20

  // Of predictions, the actions that followed: 10, 20 and 20, 30 against 11, 24 and 24, 24.
  const fm::ActionReferences chunks = fm::action_references(training, states, 2);
  CATCH_REQUIRE(chunks.nearest.chunk.rows() == 2);
  CATCH_CHECK_THAT(chunks.nearest.chunk(0, 0), WithinAbs(std::sqrt((1.0 + 16.0) / 2), 1e-12));
  CATCH_CHECK_THAT(chunks.nearest.chunk(1, 0), WithinAbs(std::sqrt((16.0 + 36.0) / 2), 1e-12));
}

CATCH_TEST_CASE("a dimension without variation does not decide which state is nearest", "[action_references]") {
  fm::Matrix known(2, 2), met(1, 2);
  known << 0.0, 5.0, 1.0, 5.0;
  met << 0.9, 7.0;
  const fm::ActionReferences r = fm::action_references(rows_of(known, column({1, 2})), rows_of(met, column({2})), 1);
  CATCH_CHECK(r.nearest.rmse == 0.0);
}

CATCH_TEST_CASE("where states repeat, the deviation of their actions is known", "[action_references]") {
  // Two actions in state 0, three in state 1, one in state 2; sums of squares 2 and 2 with 1 and 2 degrees of freedom.
  const fm::Rows states = rows_of(column({0, 1, 0, 1, 1, 2}), column({1, 5, 3, 6, 7, 0}));
  const fm::ActionReferences r = fm::action_references(states, states, 1);
  CATCH_REQUIRE(r.repeated);
  CATCH_CHECK(r.repeated_states == 5);
  const double spread = fm::spread_of(states.actions)[0];
  CATCH_CHECK_THAT(*r.repeated, WithinAbs(std::sqrt(4.0 / 3.0) / spread, 1e-12));
}

#include "libfm/policy_spec/rate_limit.hpp"
#include "libfm/core/error.hpp"
#include "libfm/core/random.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace {

constexpr double step_seconds = 0.1;

fm::PolicyDescription limited(const std::vector<double>& rates, double time_step = step_seconds) {
  fm::PolicyDescription d;
  d.spec = {.name = "limited", .actions = {{"a", "", -1, 1}, {"b", "", -1, 1}}, .time_step = time_step, .horizon = 10};
  d.sampler.rate_limit = rates;
  return d;
}

/// Applies the limit to actions (N, 2) as a policy does, one step after the other.
class LimitedRows {
 public:
  LimitedRows(const fm::PolicyDescription& d, int rows)
      : limit(d), observations_(rows, 0), episodes_(static_cast<std::size_t>(rows)),
        steps_(static_cast<std::size_t>(rows)), rows_(static_cast<std::size_t>(rows)) {
    std::iota(rows_.begin(), rows_.end(), 0);
    limit.reset(rows, rows_);
  }

  fm::Matrix operator()(fm::Matrix actions) {
    limit.apply({observations_, observations_, episodes_, steps_}, actions);
    return actions;
  }

  fm::RateLimit limit;

 private:
  fm::Matrix observations_;
  std::vector<std::uint64_t> episodes_;
  std::vector<std::uint32_t> steps_;
  std::vector<int> rows_;
};

fm::Matrix drawn_actions(fm::Draws& draws, int rows) {
  return fm::Matrix::NullaryExpr(rows, 2, [&] { return 2.0 * draws.uniform() - 1.0; });
}

}  // namespace

CATCH_TEST_CASE("no action changes faster than its rate, and each goes as far as it may", "[rate_limit]") {
  constexpr int rows = 3;
  LimitedRows apply(limited({2.0, 0.0}), rows);
  fm::Draws draws = fm::RandomStream(1, "actions").at(0);
  fm::Matrix last;
  int reached = 0, cut = 0;
  for (int t = 0; t < 200; ++t) {
    const fm::Matrix wanted = drawn_actions(draws, rows), executed = apply(wanted);
    CATCH_CHECK(executed.col(1) == wanted.col(1));  // 0: no limit
    CATCH_CHECK(executed.cwiseAbs().maxCoeff() <= 1.0);
    for (int i = 0; i < rows; ++i) {
      if (t == 0) {
        CATCH_CHECK(executed(i, 0) == wanted(i, 0));
        continue;
      }
      const double change = executed(i, 0) - last(i, 0), desired = wanted(i, 0) - last(i, 0);
      if (std::abs(desired) <= 0.2 - 1e-12) {
        CATCH_CHECK(executed(i, 0) == wanted(i, 0));
        ++reached;
      } else {
        CATCH_CHECK(std::abs(change - std::copysign(0.2, desired)) < 1e-12);
        ++cut;
      }
    }
    last = executed;
  }
  CATCH_CHECK(std::min(reached, cut) > 50);
}

CATCH_TEST_CASE("one rate holds for all dimensions; without one nothing changes", "[rate_limit]") {
  fm::Draws draws = fm::RandomStream(2, "actions").at(0);
  LimitedRows one(limited({3.0}), 2), both(limited({3.0, 3.0}), 2), none(limited({}), 2), zero(limited({0.0}, 0.0), 2);
  for (int t = 0; t < 20; ++t) {
    const fm::Matrix wanted = drawn_actions(draws, 2);
    CATCH_CHECK(one(wanted) == both(wanted));
    CATCH_CHECK(none(wanted) == wanted);
    CATCH_CHECK(zero(wanted) == wanted);
  }
}

CATCH_TEST_CASE("a reset row's next action is not limited, the others' are", "[rate_limit]") {
  LimitedRows apply(limited({1.0}), 2);
  apply(fm::Matrix::Constant(2, 2, -1.0));
  apply.limit.reset(2, std::vector{1});
  const fm::Matrix executed = apply(fm::Matrix::Constant(2, 2, 1.0));
  CATCH_CHECK(executed.row(0) == fm::Matrix::Constant(1, 2, -1.0 + 1.0 * step_seconds));
  CATCH_CHECK(executed.row(1) == fm::Matrix::Constant(1, 2, 1.0));
}

CATCH_TEST_CASE("after an action that is not finite, the limit is from the last one that was", "[rate_limit]") {
  LimitedRows apply(limited({1.0}), 1);
  apply(fm::Matrix::Constant(1, 2, 0.5));
  CATCH_CHECK(apply(fm::Matrix::Constant(1, 2, std::nan(""))).array().isNaN().all());
  CATCH_CHECK(apply(fm::Matrix::Constant(1, 2, 1.0)) == fm::Matrix::Constant(1, 2, 0.5 + step_seconds));
}

CATCH_TEST_CASE("rates of another number of dimensions, or without a time step, are refused", "[rate_limit]") {
  const auto refusal = [](const fm::PolicyDescription& d) {
    return error_of<fm::InputError>([&] { const fm::RateLimit refused(d); });
  };
  CATCH_CHECK(contains(refusal(limited({1, 2, 3})), "sampler.rate_limit: has 3 numbers for 2 dimensions"));
  CATCH_CHECK(contains(refusal(limited({1}, 0.0)), "sampler.rate_limit: is per second"));
  CATCH_CHECK(contains(refusal(limited({1}, std::numeric_limits<double>::infinity())), "sampler.rate_limit"));
}

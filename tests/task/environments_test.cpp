#include "libfm/task/environments.hpp"

#include "libfm/core/error.hpp"
#include "tests/catch.hpp"

CATCH_TEST_CASE("an environment that is not in the table is an input error", "[environments]") {
  CATCH_CHECK_THROWS_AS(fm::make_env({.name = "pendulun", .pendulum = {}}), fm::InputError);
  CATCH_CHECK_THROWS_AS(fm::make_env({.name = fm::no_env, .pendulum = {}}), fm::InputError);
}

CATCH_TEST_CASE("an environment is made with its options", "[environments]") {
  const auto env = fm::make_env({.name = "pendulum", .pendulum = {.max_torque = 3.5, .horizon = 9}}).make(4);
  CATCH_CHECK(env->copies() == 4);
  CATCH_CHECK(env->spec().horizon == 9);
  CATCH_CHECK(env->spec().actions[0].high == 3.5);
}

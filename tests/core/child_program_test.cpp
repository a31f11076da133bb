#include "libfm/core/child_program.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

#include <string>

CATCH_TEST_CASE("a program's exit status and output", "[child_program]") {
  std::string output = "what was there before";
  CATCH_CHECK(fm::run_program({"sh", "-c", "printf 'a b'; exit 3"}, &output) == 3);
  CATCH_CHECK(output == "a b");
  CATCH_CHECK(fm::run_program({"head", "-c", "1000000", "/dev/zero"}, &output) == 0);
  CATCH_CHECK(output == std::string(1000000, '\0'));
  CATCH_CHECK(fm::run_program({"/bin/sh", "-c", "kill -9 $$"}) == 128 + 9);
}

CATCH_TEST_CASE("a program that does not exist is named", "[child_program]") {
  CATCH_CHECK(error_of<fm::MachineError>([] { fm::run_program({"/no/such/program"}); }) ==
              "/no/such/program cannot be started: No such file or directory");
}

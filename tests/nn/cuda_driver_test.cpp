#include "libfm/nn/cuda_driver.hpp"

#include "tests/catch.hpp"

using Catch::Matchers::Contains;

CATCH_TEST_CASE("what is wrong with the NVIDIA driver is said with the cure", "[device]") {
  const auto problem = [](const fm::CudaDriver& driver) { return fm::driver_problem(driver, 13020); };
  CATCH_CHECK_THAT(problem({}), Contains("no NVIDIA driver is installed") && Contains("--gpus all"));
  CATCH_CHECK_THAT(problem({.installed = true, .newest_version = 12040}),
                   Contains("up to 12.4") && Contains("needs 13.2") && Contains("update the driver"));
  CATCH_CHECK_THAT(problem({.installed = true, .error = 100, .newest_version = 13020}),
                   Contains("no NVIDIA GPU is visible"));
  CATCH_CHECK_THAT(problem({.installed = true, .error = 803, .newest_version = 13020}), Contains("error 803"));
  CATCH_CHECK(problem({.installed = true, .newest_version = 13000}).empty());  // versions of a major one are compatible
  CATCH_CHECK(problem({.installed = true, .newest_version = 14000}).empty());
}

#include "libfm/nn/device.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"

CATCH_TEST_CASE("cpu is the CPU, and auto is a usable device", "[device]") {
  CATCH_CHECK(fm::find_device("cpu").is_cpu());
  const auto device = fm::find_device("auto");
  CATCH_CHECK((device.is_cpu() || device.is_cuda()));
}

CATCH_TEST_CASE("an unknown device is refused by name", "[device]") {
  for (const char* name : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:1 ", "CUDA", "cuda:9999999999"}) {
    CATCH_INFO(name);
    CATCH_CHECK_THROWS_AS(fm::find_device(name), fm::InputError);
  }
}

CATCH_TEST_CASE("requesting CUDA returns it or reports why it is not available", "[device]") {
  if (fm::find_device("auto").is_cuda()) {
    CATCH_CHECK(fm::find_device("cuda").is_cuda());
    CATCH_CHECK_THROWS_AS(fm::find_device("cuda:127"), fm::MachineError);
    return;
  }
  try {
    fm::find_device("cuda");
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::MachineError& e) {
    const std::string text = e.what();
    CATCH_INFO(text);
    const bool says_why =
        text.find("scripts/setup --cuda") != std::string::npos || text.find("NVIDIA GPU") != std::string::npos;
    CATCH_CHECK(says_why);
  }
}

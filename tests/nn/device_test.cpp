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

CATCH_TEST_CASE("a GPU without memory is reported in one line, with the cure", "[device]") {
  const auto report = [](const std::string& text) {
    return fm::describe_error(c10::OutOfMemoryError({"function", "file", 1}, text));
  };
  const std::string text = report(
      "CUDA out of memory. Tried to allocate 149.01 GiB. GPU 0 has a total capacity of 79.18 GiB of which 78.10 GiB is "
      "free. Including non-PyTorch memory, this process has 1.08 GiB memory in use.\nMore lines");
  CATCH_CHECK_THAT(text, Catch::Matchers::Contains("149.01 GiB were asked for, 78.10 GiB were free"));
  CATCH_CHECK_THAT(text, Catch::Matchers::Contains("train.batch_size"));
  CATCH_CHECK(text.find('\n') == std::string::npos);
  CATCH_CHECK_THAT(report("CUDA out of memory, in other words"),
                   Catch::Matchers::StartsWith("the GPU's memory is full; end"));
  for (const char* other :
       {"CUDA error: out of memory\nCUDA kernel errors", "CUBLAS_STATUS_ALLOC_FAILED when calling"}) {
    CATCH_CHECK_THAT(report(other),
                     Catch::Matchers::Contains("memory is full") && Catch::Matchers::Contains("train.memory"));
  }
}

CATCH_TEST_CASE("other errors of LibTorch are one line, with the cure for a GPU that is too old", "[device]") {
  const auto report = [](const std::string& text) {
    return fm::describe_error(c10::Error({"function", "file", 1}, text));
  };
  CATCH_CHECK_THAT(report("CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors"),
                   Catch::Matchers::Contains("no code for this GPU") && Catch::Matchers::Contains("device=cpu"));
  CATCH_CHECK(report("sizes differ\nExceptions raised from") == "sizes differ");
}

CATCH_TEST_CASE("requesting CUDA returns it or reports why it is not available", "[device]") {
  if (fm::find_device("auto").is_cuda()) {
    CATCH_CHECK(fm::find_device("cuda").is_cuda());
    CATCH_CHECK_THROWS_WITH(fm::find_device("cuda:127"), Catch::Matchers::Contains("CUDA device(s) (cuda:0 to cuda:"));
    return;
  }
  try {
    fm::find_device("cuda");
    CATCH_FAIL("nothing was thrown");
  } catch (const fm::MachineError& e) {
    const std::string text = e.what();
    CATCH_INFO(text);
    const bool says_why = text.find("scripts/setup --cuda") != std::string::npos ||
                          text.find("NVIDIA driver") != std::string::npos ||
                          text.find("NVIDIA GPU") != std::string::npos;
    CATCH_CHECK(says_why);
  }
}

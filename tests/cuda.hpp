#pragma once
// Tests that need an NVIDIA GPU. Elsewhere they say SKIPPED, and CTest reports them as skipped.

#include "libfm/core/error.hpp"
#include "libfm/nn/device.hpp"

#include "tests/catch.hpp"

#include <optional>

namespace fm::test {

/// The first CUDA device; none after a line that says why the test is skipped.
inline std::optional<c10::Device> cuda_device() {
  try {
    return find_device("cuda");
  } catch (const MachineError& e) {
    CATCH_WARN("SKIPPED: " << e.what());
    return std::nullopt;
  }
}

}  // namespace fm::test

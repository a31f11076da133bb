#pragma once
// The device that a run computes on.

#include <c10/core/Device.h>

#include <optional>
#include <string>

namespace fm {

/// "auto" (CUDA where it works, else the CPU), "cpu", "cuda" or "cuda:N".
/// @throws InputError if the text is none of these, or MachineError that says why CUDA is not to be had here.
c10::Device find_device(const std::string& name);

/// Sets the number of CPU threads for this library and for LibTorch; 0: one for each core.
void use_threads(int threads);

/// While it lives, LibTorch computes each operation with one thread. Then what a block of rows gives does not depend on
/// the number of threads, and for_each_block still runs as many blocks at a time as there are threads. One at a time.
class SerialOperations {
 public:
  SerialOperations();
  SerialOperations(const SerialOperations&) = delete;
  SerialOperations& operator=(const SerialOperations&) = delete;
  ~SerialOperations();

 private:
  int before_;
};

/// The device in words, for the log: "cpu, 8 threads" or "cuda:0".
std::string describe_device(c10::Device device);

/// CUDA's version as CUDA numbers it (13020 is 13.2), or nothing in a process that did not ask for CUDA.
std::optional<long> cuda_version();

}  // namespace fm

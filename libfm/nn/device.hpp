#pragma once
// The device that a run computes on.

#include <c10/core/Device.h>
#include <c10/core/StreamGuard.h>
#include <c10/util/Exception.h>

#include <optional>
#include <string>

namespace fm {

/// "auto" (CUDA where it works, else the CPU), "cpu", "cuda" or "cuda:N". A GPU is used once, which takes some of its memory.
/// @throws InputError for any other text, MachineError with the reason if CUDA is not available.
c10::Device find_device(const std::string& name);
/// The same, but no GPU is used: one that does not compute is not found.
c10::Device check_device(const std::string& name);

/// Sets the number of CPU threads for this library and for LibTorch; 0: one for each core.
void use_threads(int threads);

/// During its lifetime, LibTorch computes each operation with one thread. The result for a block of rows then does not
/// depend on the number of threads, while for_each_block still runs blocks in parallel. One instance at a time.
class SerialOperations {
 public:
  SerialOperations();
  SerialOperations(const SerialOperations&) = delete;
  SerialOperations& operator=(const SerialOperations&) = delete;
  ~SerialOperations();

 private:
  int before_;
};

/// This thread's stream of a CUDA device, whose work can be recorded (DeviceGraph); nothing on the CPU. It begins after the
/// earlier work of the current stream, and ends with its own work.
class DeviceStream {
 public:
  explicit DeviceStream(c10::Device device);
  DeviceStream(const DeviceStream&) = delete;
  DeviceStream& operator=(const DeviceStream&) = delete;
  ~DeviceStream();

  /// During the lifetime of the result, this thread's work goes to the stream.
  c10::OptionalStreamGuard enter() const { return c10::OptionalStreamGuard(stream_); }

 private:
  std::optional<c10::Stream> stream_;
};

/// An error of LibTorch in one line. If the GPU's memory is full: what was asked for, what was free, and what to do.
std::string describe_error(const c10::Error& error);

/// The device in words, for the log: "cpu, 8 threads" or "cuda:0, NVIDIA H100 80GB HBM3".
std::string describe_device(c10::Device device);

/// CUDA's version in its own encoding (13020 is 13.2); nullopt if CUDA has not been loaded in this process.
std::optional<long> cuda_version();

}  // namespace fm

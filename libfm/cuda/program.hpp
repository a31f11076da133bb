#pragma once
// CUDA code that is compiled for the device at hand when it is first used, by NVRTC, which LibTorch loads too.

#include <string>

namespace fm {

class CudaProgram {
 public:
  /// For the current device. @throws std::runtime_error with the compiler's log or the failing call.
  explicit CudaProgram(const char* source);

  using Kernel = void*;
  /// @throws std::runtime_error for an unknown name.
  Kernel kernel(const std::string& name) const;
  /// Null for an unknown name.
  Kernel kernel_if_present(const std::string& name) const;

  struct Grid {
    unsigned x = 1;
    unsigned y = 1;
  };

  /// On the current stream. @param arguments addresses of the kernel's arguments, in order
  static void launch(Kernel kernel, Grid blocks, Grid threads, void** arguments);

  /// The same with the arguments themselves, of exactly the types of the kernel's parameters.
  template <class... Arguments>
  static void run(Kernel kernel, Grid blocks, Grid threads, Arguments... arguments) {
    void* addresses[] = {&arguments...};
    launch(kernel, blocks, threads, addresses);
  }

 private:
  void* module_ = nullptr;
};

}  // namespace fm

#include "libfm/cuda/program.hpp"

#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#include <dlfcn.h>

#include <stdexcept>
#include <vector>

namespace fm {
namespace {

/// Functions of NVRTC and of the driver, with their C types; both come with LibTorch's own loader of them.
template <class Function>
Function* find(const char* name) {
  static void* library = dlopen("libcaffe2_nvrtc.so", RTLD_NOW);
  void* function = library == nullptr ? nullptr : dlsym(library, name);
  if (function == nullptr) throw std::runtime_error(std::string(name) + " is missing: " + dlerror());
  return reinterpret_cast<Function*>(function);
}

using Program = void*;

void check(int result, const char* call) {
  if (result != 0) throw std::runtime_error(std::string(call) + " fails with error " + std::to_string(result));
}

std::string log_of(Program program) {
  std::size_t size = 0;
  find<int(Program, std::size_t*)>("nvrtcGetProgramLogSize")(program, &size);
  std::string log(size, '\0');
  find<int(Program, char*)>("nvrtcGetProgramLog")(program, log.data());
  return log;
}

std::vector<char> compile(const char* source, const std::string& architecture) {
  Program program = nullptr;
  using Create = int(Program*, const char*, const char*, int, const char* const*, const char* const*);
  check(find<Create>("nvrtcCreateProgram")(&program, source, "libfm.cu", 0, nullptr, nullptr), "nvrtcCreateProgram");
  const std::vector<const char*> options = {architecture.c_str(), "--std=c++17"};
  using Compile = int(Program, int, const char* const*);
  if (find<Compile>("nvrtcCompileProgram")(program, static_cast<int>(options.size()), options.data()) != 0) {
    throw std::runtime_error("NVRTC: " + log_of(program));
  }
  std::size_t size = 0;
  check(find<int(Program, std::size_t*)>("nvrtcGetCUBINSize")(program, &size), "nvrtcGetCUBINSize");
  std::vector<char> code(size);
  check(find<int(Program, char*)>("nvrtcGetCUBIN")(program, code.data()), "nvrtcGetCUBIN");
  find<int(Program*)>("nvrtcDestroyProgram")(&program);
  return code;
}

}  // namespace

CudaProgram::CudaProgram(const char* source) {
  const int device = c10::cuda::current_device();
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "cudaDeviceGetAttribute");
  const std::string architecture = "--gpu-architecture=sm_" + std::to_string(major) + std::to_string(minor);
  const std::vector<char> code = compile(source, architecture);
  check(find<int(void**, const void*)>("cuModuleLoadData")(&module_, code.data()), "cuModuleLoadData");
}

CudaProgram::Kernel CudaProgram::kernel(const std::string& name) const {
  const Kernel kernel = kernel_if_present(name);
  if (kernel == nullptr) throw std::runtime_error("kernel " + name + " is missing");
  return kernel;
}

CudaProgram::Kernel CudaProgram::kernel_if_present(const std::string& name) const {
  Kernel kernel = nullptr;
  const int error = find<int(Kernel*, void*, const char*)>("cuModuleGetFunction")(&kernel, module_, name.c_str());
  return error == 0 ? kernel : nullptr;
}

void CudaProgram::launch(Kernel kernel, Grid blocks, Grid threads, void** arguments) {
  using Launch =
      int(Kernel, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, cudaStream_t, void**, void**);
  static Launch* launch = find<Launch>("cuLaunchKernel");
  const cudaStream_t stream = c10::cuda::getCurrentCUDAStream().stream();
  check(launch(kernel, blocks.x, blocks.y, 1, threads.x, threads.y, 1, 0, stream, arguments, nullptr),
        "cuLaunchKernel");
}

}  // namespace fm

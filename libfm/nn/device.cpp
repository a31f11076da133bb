#include "libfm/nn/device.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/parallel.hpp"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include <charconv>

namespace fm {
namespace {

/// Why CUDA cannot be used; empty if it can. Loading LibTorch's CUDA library registers CUDA with LibTorch. It is loaded
/// only here, so that one executable runs on machines with and without CUDA, and starts quickly.
std::string cuda_problem() {
  static const std::string reason = []() -> std::string {
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      return fmt::format("LibTorch's CUDA library does not load ({}). Install it with: scripts/setup --cuda",
                         dlerror());
    }
    if (at::detail::getCUDAHooks().deviceCount() == 0) {
      return "no NVIDIA GPU is visible (nvidia-smi should list one; in a container, start it with the GPU passed in)";
    }
    return "";
  }();
  return reason;
}

/// N of "cuda:N"; 0 for "cuda"; -1 for anything else.
int cuda_index(const std::string& name) {
  if (name == "cuda") return 0;
  if (!name.starts_with("cuda:")) return -1;
  int index = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 5, end, index);
  return error == std::errc() && stop == end && index >= 0 && index < 128 ? index : -1;
}

}  // namespace

c10::Device find_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  if (name == "auto") return cuda_problem().empty() ? c10::Device(at::kCUDA, 0) : c10::Device(at::kCPU);
  const int index = cuda_index(name);
  if (index < 0) throw_input_error("device: '{}' is not one of auto, cpu, cuda, cuda:N", name);
  if (!cuda_problem().empty()) throw_machine_error("device: {} is not available: {}", name, cuda_problem());
  const auto count = at::detail::getCUDAHooks().deviceCount();
  if (index >= static_cast<int>(count)) {
    throw_machine_error("device: {} is not available: this machine has {} CUDA device(s) (cuda:0 to cuda:{})", name,
                        count, count - 1);
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void use_threads(int count) {
  set_threads(count);
  at::set_num_threads(threads());
}

SerialOperations::SerialOperations() : before_(at::get_num_threads()) { at::set_num_threads(1); }

SerialOperations::~SerialOperations() { at::set_num_threads(before_); }

std::string describe_device(c10::Device device) {
  return device.is_cpu() ? fmt::format("cpu, {} threads", threads()) : device.str();
}

std::optional<long> cuda_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  return hooks.hasCUDART() ? std::optional(hooks.versionCUDART()) : std::nullopt;
}

}  // namespace fm

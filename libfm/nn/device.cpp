#include "libfm/nn/device.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/log.hpp"
#include "libfm/core/parallel.hpp"
#include "libfm/nn/cuda_driver.hpp"
#include "libfm/nn/cuda_support.hpp"
#include "libfm/nn/thread_stream.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/ones.h>
#include <c10/core/Event.h>
#include <dlfcn.h>

#include <charconv>
#include <cstring>
#include <map>
#include <mutex>

namespace fm {
namespace {

/// Set once CUDA can be used.
CudaSupport* support = nullptr;

CudaSupport* load_support() {
  void* library = dlopen("libfm_cuda.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    spdlog::warn("device: without libfm_cuda.so, training on CUDA launches every kernel by itself ({})", dlerror());
    return nullptr;
  }
  return reinterpret_cast<CudaSupport* (*)()>(dlsym(library, "fm_cuda_support"))();
}

/// Why CUDA cannot be used; empty if it can. Loading LibTorch's CUDA library registers CUDA with LibTorch. It is loaded
/// only here, so that one executable runs on machines with and without CUDA, and starts quickly.
std::string cuda_problem() {
  static const std::string reason = []() -> std::string {
    const CudaDriver driver = ask_cuda_driver();
    if (std::string problem = driver_problem(driver, 0); !problem.empty()) return problem;
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      return fmt::format(
          "LibTorch's CUDA library does not load ({}). Install it with: scripts/setup --cuda (or, "
          "where FM_TORCH_ROOT is set, use a LibTorch there that has it)",
          dlerror());
    }
    const auto& hooks = at::detail::getCUDAHooks();
    if (std::string problem = driver_problem(driver, hooks.versionCUDART()); !problem.empty()) return problem;
    if (hooks.deviceCount() == 0) return "LibTorch finds no GPU that it supports (nvidia-smi lists the machine's)";
    support = load_support();
    // Equal runs have equal bytes, and float32 products are not rounded: for convolutions LibTorch's defaults are others.
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setAllowTF32CuDNN(false);
    return "";
  }();
  return reason;
}

/// Why the GPU cannot compute; empty if it can: LibTorch may have no code for it, or no memory be left on it. Each is tried once.
std::string use_problem(c10::Device device) {
  static std::mutex mutex;
  static std::map<c10::DeviceIndex, std::string> found;
  const std::lock_guard lock(mutex);
  const auto [at, is_new] = found.try_emplace(device.index());
  if (!is_new) return at->second;
  try {
    at::ones({1}, device).cpu();
  } catch (const c10::Error& error) {
    at->second = describe_error(error);
  }
  return at->second;
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

CudaSupport* cuda_support() { return support; }

c10::Device check_device(const std::string& name) {
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

c10::Device find_device(const std::string& name) {
  const c10::Device device = check_device(name);
  const std::string problem = device.is_cuda() ? use_problem(device) : "";
  if (problem.empty()) return device;
  if (name != "auto") throw_machine_error("device: {} cannot be used: {}", name, problem);
  static std::once_flag said;
  std::call_once(said, [&] { spdlog::warn("device: auto is the CPU, because the GPU cannot be used: {}", problem); });
  return at::kCPU;
}

void use_threads(int count) {
  set_threads(count);
  at::set_num_threads(threads());
}

SerialOperations::SerialOperations() : before_(at::get_num_threads()) { at::set_num_threads(1); }

SerialOperations::~SerialOperations() { at::set_num_threads(before_); }

DeviceStream::DeviceStream(c10::Device device) {
  if (!device.is_cuda()) return;
  const c10::Device numbered = device.has_index() ? device : c10::Device(device.type(), 0);
  stream_ = thread_stream(numbered, StreamUse::main);
  c10::Event earlier(device.type());
  earlier.record(c10::impl::VirtualGuardImpl(device.type()).getStream(numbered));
  earlier.block(*stream_);
}

DeviceStream::~DeviceStream() {
  try {
    if (stream_) c10::impl::VirtualGuardImpl(stream_->device_type()).synchronizeStream(*stream_);
  } catch (const c10::Error& error) {  // the device has failed, which every later operation reports as well
    spdlog::error("{}", describe_error(error));
  }
}

std::string describe_device(c10::Device device) {
  if (device.is_cpu()) return fmt::format("cpu, {} threads", threads());
  if (support == nullptr) return device.str();
  return fmt::format("{}, {}", device.str(), support->device_name(device.has_index() ? device.index() : 0));
}

std::string describe_error(const c10::Error& error) {
  const std::string text = error.what_without_backtrace(), line = text.substr(0, text.find('\n'));
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  if (has("no kernel image is available")) {
    return "LibTorch has no code for this GPU; use device=cpu, or build with a LibTorch that has (FM_TORCH_ROOT)";
  }
  if (!has("CUDA out of memory") && !has("CUDA error: out of memory") && !has("STATUS_ALLOC_FAILED")) return line;
  const auto between = [&](const char* before, const char* after) -> std::string {
    const std::size_t begin = text.find(before);
    if (begin == std::string::npos) return "";
    const std::size_t from = begin + std::strlen(before), end = text.find(after, from);
    return end == std::string::npos ? "" : text.substr(from, end - from);
  };
  const std::string asked = between("Tried to allocate ", ". "), free = between(" of which ", " is free");
  return fmt::format(
      "the GPU's memory is full{}{}; end other programs on the GPU (nvidia-smi lists them), use a smaller network "
      "or device=cpu, or lower what the stage holds there: train.batch_size and train.memory in training, rl.copies "
      "and "
      "rl.segment in reinforcement learning",
      asked.empty() ? "" : fmt::format(": {} were asked for", asked),
      free.empty() ? "" : fmt::format(", {} were free", free));
}

std::optional<long> cuda_version() {
  const auto& hooks = at::detail::getCUDAHooks();
  return hooks.hasCUDART() ? std::optional(hooks.versionCUDART()) : std::nullopt;
}

}  // namespace fm

#include "libfm/nn/cuda_driver.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

namespace fm {
namespace {

constexpr int no_device = 100;  // CUDA_ERROR_NO_DEVICE

std::string version_text(long version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

}  // namespace

CudaDriver ask_cuda_driver() {
  void* library = dlopen("libcuda.so.1", RTLD_NOW);
  if (library == nullptr) return {};
  const auto initialise = reinterpret_cast<int (*)(unsigned)>(dlsym(library, "cuInit"));
  const auto get_version = reinterpret_cast<int (*)(int*)>(dlsym(library, "cuDriverGetVersion"));
  CudaDriver driver;
  if (initialise == nullptr || get_version == nullptr) return driver;
  driver.installed = true;
  get_version(&driver.newest_version);  // needs no initialisation
  driver.error = initialise(0);
  return driver;
}

std::string driver_problem(const CudaDriver& driver, long needed_version) {
  if (!driver.installed) {
    return "no NVIDIA driver is installed (libcuda.so.1 is missing); install it, or in a container start it with the "
           "GPU passed in (docker run --gpus all)";
  }
  if (driver.newest_version / 1000 < needed_version / 1000) {
    return fmt::format(
        "the NVIDIA driver supports CUDA up to {}, but LibTorch needs {}; update the driver, or use a LibTorch for an "
        "older CUDA (FM_TORCH_ROOT)",
        version_text(driver.newest_version), version_text(needed_version));
  }
  if (driver.error == no_device) {
    return "no NVIDIA GPU is visible (nvidia-smi should list one; CUDA_VISIBLE_DEVICES hides others; in a container, "
           "start it with the GPU passed in)";
  }
  if (driver.error != 0) {
    return fmt::format("the NVIDIA driver fails to start (cuInit: error {}); nvidia-smi may say why", driver.error);
  }
  return "";
}

}  // namespace fm

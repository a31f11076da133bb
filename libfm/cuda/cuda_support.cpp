#include "libfm/nn/cuda_support.hpp"

#include "libfm/cuda/kernels.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <mutex>

namespace {

/// LibTorch records one graph at a time in a process.
std::mutex graphs;

class Graph final : public fm::DeviceGraph {
 public:
  ~Graph() override {
    const std::lock_guard lock(graphs);
    graph_.reset();
  }

  void record(const std::function<void()>& work) override {
    const std::lock_guard lock(graphs);
    graph_->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      abandon();
      throw;
    }
    graph_->capture_end();
  }

  void replay() override { graph_->replay(); }

 private:
  /// Ends a recording that failed. Its own error is a consequence.
  void abandon() {
    try {
      graph_->capture_end();
    } catch (const c10::Error&) {
    }
  }

  std::unique_ptr<at::cuda::CUDAGraph> graph_ = std::make_unique<at::cuda::CUDAGraph>();
};

class Support final : public fm::CudaSupport {
 public:
  const fm::CudaKernels* kernels() override {
    static const std::unique_ptr<const fm::CudaKernels> compiled = fm::compile_cuda_kernels();
    return compiled.get();
  }

  std::unique_ptr<fm::DeviceGraph> make_graph() override { return std::make_unique<Graph>(); }

  void forbid_waiting(bool forbidden) override {
    using Mode = c10::cuda::SyncDebugMode;
    c10::cuda::warning_state().set_sync_debug_mode(forbidden ? Mode::L_ERROR : Mode::L_DISABLED);
  }

  bool multiplies_bfloat16(int device) override {
    constexpr int ampere = 8;
    cudaDeviceProp properties;
    return cudaGetDeviceProperties(&properties, std::max(0, device)) == cudaSuccess && properties.major >= ampere;
  }

  std::string device_name(int device) override {
    cudaDeviceProp properties;
    return cudaGetDeviceProperties(&properties, device) == cudaSuccess ? properties.name : "unknown GPU";
  }
};

}  // namespace

/// Found by name: see nn/device.cpp.
extern "C" __attribute__((visibility("default"))) fm::CudaSupport* fm_cuda_support() {
  static Support support;
  return &support;
}

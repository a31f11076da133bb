# The target LibTorch::LibTorch, imported from FM_TORCH_ROOT by hand, because the package's own CMake files require a CUDA
# toolkit. Its headers are searched last (-idirafter), because they include a copy of fmt that would hide the system's.
if(TARGET LibTorch::LibTorch)
  return()
endif()
if(NOT EXISTS "${FM_TORCH_ROOT}/include/ATen/core/Tensor.h" OR NOT EXISTS "${FM_TORCH_ROOT}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "No LibTorch in FM_TORCH_ROOT=${FM_TORCH_ROOT}. Run scripts/setup, or use another copy: "
                      "-DFM_TORCH_ROOT=/path/to/libtorch (the folder that contains include/ and lib/).")
endif()

add_library(LibTorch::LibTorch INTERFACE IMPORTED GLOBAL)
set(fm_torch_lib "${FM_TORCH_ROOT}/lib")
target_compile_options(LibTorch::LibTorch INTERFACE
  "SHELL:-idirafter ${FM_TORCH_ROOT}/include"
  "SHELL:-idirafter ${FM_TORCH_ROOT}/include/torch/csrc/api/include")
target_link_libraries(LibTorch::LibTorch INTERFACE OpenMP::OpenMP_CXX
  "-Wl,--no-as-needed" "-L${fm_torch_lib}" -ltorch_cpu -lc10 "-Wl,--as-needed"
  "-Wl,-rpath,${fm_torch_lib}")
# libtorch_cuda.so is not linked: fm::find_device loads it if a run requests CUDA, so that one build works with and without.

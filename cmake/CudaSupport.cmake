# fm_cuda_support() makes libfm_cuda.so from libfm/cuda: what is compiled against CUDA's headers. It is loaded when CUDA is
# first used (libfm/nn/device.cpp), after LibTorch's CUDA libraries, in which its symbols are found: it links none of them.
# Without the headers of CUDA's runtime it is left out; libfm then launches every kernel by itself.
find_path(FM_CUDA_INCLUDE NAMES crt/host_defines.h NO_CACHE
  HINTS "${FM_TORCH_ROOT}/../nvidia/cu13/include" "${FM_TORCH_ROOT}/../nvidia/cu12/include"
  PATHS /usr/local/cuda/include /opt/cuda/include)

include(GNUInstallDirs)

function(fm_cuda_support)
  if(NOT FM_CUDA_INCLUDE OR NOT EXISTS "${FM_TORCH_ROOT}/include/c10/cuda/impl/cuda_cmake_macros.h")
    message(STATUS "libfm_cuda.so is left out: a LibTorch without CUDA, or no CUDA headers (-DFM_CUDA_INCLUDE=/path/to/cuda/include)")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cuda/*.cpp")
  add_library(fm_cuda MODULE ${sources})
  fm_view(fm_cuda PRIVATE libfm/nn)
  fm_view(fm_cuda PRIVATE libfm/cuda)
  get_target_property(torch_options LibTorch::LibTorch INTERFACE_COMPILE_OPTIONS)
  target_compile_options(fm_cuda PRIVATE ${torch_options} "SHELL:-idirafter ${FM_CUDA_INCLUDE}")
  target_link_libraries(fm_cuda PRIVATE fm_flags)
  # It loads LibTorch's loader of NVRTC by name.
  set_target_properties(fm_cuda PROPERTIES BUILD_RPATH "${FM_TORCH_ROOT}/lib" INSTALL_RPATH "${FM_TORCH_ROOT}/lib")
  add_dependencies(fm_nn fm_cuda)
  target_link_options(fm_nn INTERFACE "$<BUILD_INTERFACE:-Wl,-rpath,$<TARGET_FILE_DIR:fm_cuda>>"
                                      "$<INSTALL_INTERFACE:-Wl,-rpath,$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}>")
endfunction()

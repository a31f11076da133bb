# What libfm/realtime needs beside fm_library.

# fm_realtime_kernels() gives each file of kernels the flags of its instruction set, so that the program itself runs on every
# processor; which kernels are used is decided when it runs (best_kernels.cpp). Inside them products are fused into additions:
# the engine's last bits hold for one instruction set.
function(fm_realtime_kernels)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/realtime")
  set(baseline -O3 -fno-math-errno -ffp-contract=fast)
  set(avx2 ${baseline})
  set(avx512 ${baseline})
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND avx2 -mavx2 -mfma)
    list(APPEND avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma)
  endif()
  foreach(set IN ITEMS baseline avx2 avx512)
    set_source_files_properties("${folder}/kernels_${set}.cpp" PROPERTIES COMPILE_OPTIONS "${${set}}")
  endforeach()
endfunction()

# fm_policy_library() makes the target fm_policy_c: libfm_policy.so, the C interface of realtime/policy.h. Its sources are
# compiled once more with fmt and xxHash inside, so that it needs the runtimes of C++ and OpenMP alone, and exports fm_policy_* alone.
function(fm_policy_library)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/model/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/realtime/*.cpp")
  foreach(name IN ITEMS atomic_file file_descriptor hash parallel random safetensors safetensors_reader)
    list(APPEND sources "${CMAKE_CURRENT_SOURCE_DIR}/core/${name}.cpp")
  endforeach()
  add_library(fm_policy_c SHARED ${sources})
  foreach(folder IN ITEMS core env model realtime)
    fm_view(fm_policy_c PRIVATE libfm/${folder})
  endforeach()
  target_compile_definitions(fm_policy_c PRIVATE XXH_INLINE_ALL)
  target_compile_options(fm_policy_c PRIVATE -ffunction-sections -fdata-sections)
  target_link_libraries(fm_policy_c PRIVATE fm_flags Eigen3::Eigen fmt::fmt-header-only nlohmann_json::nlohmann_json
                                            OpenMP::OpenMP_CXX)
  target_link_options(fm_policy_c PRIVATE -Wl,--gc-sections -Wl,--no-undefined
                      "-Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/realtime/policy.map" $<$<CONFIG:Release>:-s>)
  set_target_properties(fm_policy_c PROPERTIES OUTPUT_NAME fm_policy
                        LINK_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/realtime/policy.map")
endfunction()

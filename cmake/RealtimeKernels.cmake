# fm_realtime_kernels(TARGET) gives the kernels of libfm/realtime the flags of their instruction sets, each file its own, so
# that the program itself runs on every x86-64. Inside them products are fused into additions: the numbers of the realtime
# engine hold for one instruction set. The kernels choose themselves when the program runs, see best_kernels.cpp.
function(fm_realtime_kernels target)
  set(folder "${PROJECT_SOURCE_DIR}/libfm/realtime")
  set(fast -O3 -fno-math-errno -ffp-contract=fast)
  set_source_files_properties("${folder}/kernels_baseline.cpp" TARGET_DIRECTORY ${target} PROPERTIES COMPILE_OPTIONS "${fast}")
  set_source_files_properties("${folder}/kernels_avx2.cpp" TARGET_DIRECTORY ${target} PROPERTIES
                              COMPILE_OPTIONS "${fast};-mavx2;-mfma")
  set_source_files_properties("${folder}/kernels_avx512.cpp" TARGET_DIRECTORY ${target} PROPERTIES
                              COMPILE_OPTIONS "${fast};-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma")
endfunction()

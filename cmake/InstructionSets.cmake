# fm_instruction_sets(FOLDER [OPTION...]) compiles libfm/FOLDER/kernels_{baseline,avx2,avx512}.cpp with the flags of their
# instruction set and with the given options. The program itself runs on every x86-64 processor and chooses one of the
# three at run time (libfm/simd/instruction_set.hpp).
function(fm_instruction_sets folder)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(avx2 -mavx2 -mfma)
    set(avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512)
  endif()
  foreach(set IN ITEMS baseline avx2 avx512)
    set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/${folder}/kernels_${set}.cpp" PROPERTIES
      SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS "-O3;-fno-math-errno;${ARGN};${${set}}")
  endforeach()
endfunction()

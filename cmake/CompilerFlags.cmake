# Options of every target. Contraction to fused multiply-add is off, so that the same source gives the same bits on every
# x86-64 processor and compiler. GCC 12's -Wmaybe-uninitialized has false positives for aggregates with default member
# initialisers, which depend on inlining and so vary from build to build.
add_library(fm_flags INTERFACE)
target_compile_options(fm_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
                                          -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                                          $<$<BOOL:${FM_WERROR}>:-Werror>)
if(FM_SANITIZE) # a finding ends the program, so that the test fails
  target_compile_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE})
endif()

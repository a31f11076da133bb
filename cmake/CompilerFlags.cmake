# What every target is compiled with. Products are not fused into additions behind our back, so that the same source
# gives the same bits on every x86-64 processor and compiler. GCC 12's warning about uninitialised members is wrong about
# aggregates with default member initialisers, and which inlining brings it out changes from build to build.
add_library(fm_flags INTERFACE)
target_compile_options(fm_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
                                          -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                                          $<$<BOOL:${FM_WERROR}>:-Werror>)
if(FM_SANITIZE)
  target_compile_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE})
endif()

# What every target is compiled with. Products are not fused into additions behind our back, so that the same source
# gives the same bits on every x86-64 processor and compiler.
add_library(fm_flags INTERFACE)
target_compile_options(fm_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
                                          -ffp-contract=off $<$<BOOL:${FM_WERROR}>:-Werror>)
if(FM_SANITIZE)
  target_compile_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(fm_flags INTERFACE -fsanitize=${FM_SANITIZE})
endif()

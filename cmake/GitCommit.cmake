# Run at every build: writes OUTPUT with the commit of SOURCE, and leaves it untouched if nothing changed, so that only one
# small file is recompiled after a commit. A modified tree is identified by the commit and a hash of the changes.
cmake_minimum_required(VERSION 3.25)
if(NOT COMMIT)
  execute_process(COMMAND git -C "${SOURCE}" rev-parse HEAD
                  OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  execute_process(COMMAND git -C "${SOURCE}" diff HEAD OUTPUT_VARIABLE changes ERROR_QUIET)
  if(failed)
    set(COMMIT "unknown")
  elseif(changes)
    string(SHA1 hash "${changes}")
    string(SUBSTRING "${hash}" 0 8 hash)
    string(APPEND COMMIT "+changes.${hash}")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#pragma once\n#define FM_GIT_COMMIT \"@COMMIT@\"\n" @ONLY)

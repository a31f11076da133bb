# The target MuJoCo::MuJoCo, imported from FM_MUJOCO_ROOT: the wheel has the headers and the library, but no CMake package.
if(TARGET MuJoCo::MuJoCo)
  return()
endif()
file(GLOB fm_mujoco_library "${FM_MUJOCO_ROOT}/mujoco/libmujoco.so.*")
if(NOT fm_mujoco_library OR NOT EXISTS "${FM_MUJOCO_ROOT}/mujoco/include/mujoco/mjbatch.h")
  message(FATAL_ERROR "No MuJoCo in FM_MUJOCO_ROOT=${FM_MUJOCO_ROOT}. Run scripts/setup, or use another copy: "
                      "-DFM_MUJOCO_ROOT=/path (the folder into which scripts/mujoco.txt was installed).")
endif()
add_library(MuJoCo::MuJoCo SHARED IMPORTED GLOBAL)
set_target_properties(MuJoCo::MuJoCo PROPERTIES IMPORTED_LOCATION "${fm_mujoco_library}"
                      INTERFACE_INCLUDE_DIRECTORIES "${FM_MUJOCO_ROOT}/mujoco/include")

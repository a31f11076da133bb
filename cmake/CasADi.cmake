# The target CasADi::CasADi, imported from FM_CASADI_ROOT. The wheel's own package configuration also asks for the libraries of
# solvers that are not used here. CasADi loads its interface to IPOPT from the folder of its library.
if(TARGET CasADi::CasADi)
  return()
endif()
file(GLOB fm_casadi_library "${FM_CASADI_ROOT}/casadi/libcasadi.so.*")
if(NOT fm_casadi_library OR NOT EXISTS "${FM_CASADI_ROOT}/casadi/libcasadi_nlpsol_ipopt.so")
  message(FATAL_ERROR "No CasADi with IPOPT in FM_CASADI_ROOT=${FM_CASADI_ROOT}. Run scripts/setup, or use another copy: "
                      "-DFM_CASADI_ROOT=/path (the folder into which scripts/casadi.txt was installed).")
endif()
add_library(CasADi::CasADi SHARED IMPORTED GLOBAL)
# The definitions are those that the library was built with, on which the layout of its objects depends.
set_target_properties(CasADi::CasADi PROPERTIES IMPORTED_LOCATION "${fm_casadi_library}"
                      INTERFACE_COMPILE_DEFINITIONS
                      "CASADI_SNPRINTF=snprintf;CASADI_WITH_THREADSAFE_SYMBOLICS;CASADI_WITH_THREAD"
                      INTERFACE_INCLUDE_DIRECTORIES "${FM_CASADI_ROOT}/casadi/include")

# cmake --install has two components: "runtime" has fm, the scripts that draw figures, libfm_policy.so and its Python module;
# "development" has
# what programs that use libfm need to build: find_package(libfm REQUIRED), target_link_libraries(app libfm::policy).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(fm_package "${CMAKE_INSTALL_LIBDIR}/cmake/libfm")
set(fm_share "${CMAKE_INSTALL_DATADIR}/libfm")

# LibTorch, MuJoCo and CasADi are not installed: the installed fm finds them where they were found at its build.
set_target_properties(fm PROPERTIES INSTALL_RPATH "${FM_TORCH_ROOT}/lib;${FM_MUJOCO_ROOT}/mujoco;${FM_CASADI_ROOT}/casadi;$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
if(TARGET fm_cuda)
  install(TARGETS fm_cuda LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime)
endif()
install(TARGETS fm RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
install(TARGETS fm_policy_c LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime)
install(PROGRAMS "${PROJECT_SOURCE_DIR}/scripts/plot" "${PROJECT_SOURCE_DIR}/scripts/report"
                 "${PROJECT_SOURCE_DIR}/scripts/import_zarr"
        DESTINATION "${fm_share}/scripts" COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/scripts/zarr.txt" DESTINATION "${fm_share}/scripts" COMPONENT runtime)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/scripts/figures" DESTINATION "${fm_share}/scripts" COMPONENT runtime
        FILES_MATCHING PATTERN "*.py" PATTERN "*.js" PATTERN "*.css" PATTERN "__pycache__" EXCLUDE)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/libfm/python/libfm_policy" DESTINATION "${fm_share}/python" COMPONENT runtime
        PATTERN "__pycache__" EXCLUDE)

get_property(fm_libraries GLOBAL PROPERTY FM_LIBRARIES)
install(TARGETS ${fm_libraries} EXPORT libfm ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
foreach(library IN LISTS fm_libraries)
  get_target_property(folder ${library} EXPORT_NAME)
  file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/libfm/${folder}/*.hpp"
       "${PROJECT_SOURCE_DIR}/libfm/${folder}/*.h")
  install(FILES ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/libfm/${folder}" COMPONENT development)
endforeach()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/libfm/examples" DESTINATION "${fm_share}" COMPONENT development)
install(EXPORT libfm NAMESPACE libfm:: FILE libfmTargets.cmake DESTINATION "${fm_package}" COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/libfmConfig.cmake.in" "${PROJECT_BINARY_DIR}/libfmConfig.cmake"
                              INSTALL_DESTINATION "${fm_package}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/libfmConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/libfmConfig.cmake" "${PROJECT_BINARY_DIR}/libfmConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/Dependencies.cmake" "${PROJECT_SOURCE_DIR}/cmake/LibTorch.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/MuJoCo.cmake" "${PROJECT_SOURCE_DIR}/cmake/CasADi.cmake"
        DESTINATION "${fm_package}" COMPONENT development)

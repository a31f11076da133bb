# fm_policy_library() makes the target fm_policy_c: libfm_policy.so, the C interface of realtime/policy.h. Its sources are
# compiled separately with header-only fmt and xxHash, so that it needs only the runtimes of C++ and OpenMP; it exports only
# fm_policy_*.
function(fm_policy_library)
  set(sources)
  foreach(folder IN ITEMS simd flow_math policy_spec realtime)
    file(GLOB folder_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
    list(APPEND sources ${folder_sources})
  endforeach()
  foreach(name IN ITEMS atomic_file file_descriptor hash parallel random registry safetensors safetensors_reader statistics)
    list(APPEND sources "${CMAKE_CURRENT_SOURCE_DIR}/core/${name}.cpp")
  endforeach()
  add_library(fm_policy_c SHARED ${sources})
  foreach(folder IN ITEMS core simd env flow_math policy_spec realtime)
    fm_view(fm_policy_c PRIVATE libfm/${folder})
  endforeach()
  target_compile_definitions(fm_policy_c PRIVATE XXH_INLINE_ALL)
  target_compile_options(fm_policy_c PRIVATE -ffunction-sections -fdata-sections)
  target_link_libraries(fm_policy_c PRIVATE fm_flags Eigen3::Eigen fmt::fmt-header-only nlohmann_json::nlohmann_json
                                            OpenMP::OpenMP_CXX)
  target_link_options(fm_policy_c PRIVATE -Wl,--gc-sections -Wl,--no-undefined
                      "-Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/realtime/policy.map" $<$<CONFIG:Release>:-s>)
  # compile_commands.json lists each source once, with the flags of its own folder.
  set_target_properties(fm_policy_c PROPERTIES OUTPUT_NAME fm_policy SOVERSION 2 EXPORT_COMPILE_COMMANDS OFF
                        LINK_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/realtime/policy.map")
endfunction()

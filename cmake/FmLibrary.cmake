# fm_view(TARGET SCOPE PATH) lets a target include "PATH/..." of this repository and nothing else: through a folder of the
# build tree that contains only a link to PATH.
function(fm_view target scope path)
  string(REPLACE "/" "_" name "${path}")
  set(view "${CMAKE_BINARY_DIR}/include/${name}")
  get_filename_component(parent "${view}/${path}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${path}" "${view}/${path}" SYMBOLIC)
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${view}>)
endfunction()

# fm_library(FOLDER LINKS target... [PRIVATE target...]) makes the target fm_FOLDER from every .cpp of libfm/FOLDER.
# A folder can include only from itself and from what it links: a wrong include does not compile.
#
# UNITY compiles several sources as one, for folders whose third-party headers take far longer to compile than their own
# code. Names in anonymous namespaces must then be unique within the folder.
function(fm_library folder)
  cmake_parse_arguments(ARG "UNITY" "" "LINKS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  add_library(fm_${folder} STATIC ${sources})
  add_library(libfm::${folder} ALIAS fm_${folder})
  set_target_properties(fm_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(fm_${folder} PUBLIC cxx_std_20)
  fm_view(fm_${folder} PUBLIC libfm/${folder})
  target_include_directories(fm_${folder} PUBLIC $<INSTALL_INTERFACE:include>)
  target_link_libraries(fm_${folder} PUBLIC ${ARG_LINKS} PRIVATE $<BUILD_INTERFACE:fm_flags> ${ARG_PRIVATE})
  if(ARG_UNITY)
    set_target_properties(fm_${folder} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)
  endif()
  set_property(GLOBAL APPEND PROPERTY FM_LIBRARIES fm_${folder})
endfunction()

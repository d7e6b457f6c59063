# What most files include. Precompiled in builds without optimisation: a third of their time. Every file names
# what it uses all the same, and a release build compiles without.
set(TRIPHAMMER_STANDARD_HEADERS
  <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <string>
  <string_view> <utility> <variant> <vector>)

# triphammer_precompile(TARGET OWNER [HEADERS…]): OWNER makes the precompiled header, the others use it.
function(triphammer_precompile target owner)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
    return()
  endif()
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# triphammer_gather(TARGET FILES): so many files are one for the compiler, which reads and expands their headers once.
# A folder that says GATHERED has no name twice in its files' anonymous namespaces.
function(triphammer_gather target files)
  if(TRIPHAMMER_GATHER AND CMAKE_BUILD_TYPE STREQUAL Debug)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
    # A lambda's type counts as one of a header's, because its file is included now.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# triphammer_library(FOLDER [GATHERED] [DEPENDS lower folders…] [SYSTEM external targets…])
# One folder of server/ = one static library `th_<folder>`; its sources are found, its public
# headers are included as "folder/file.hpp". FOLDER may be nested (workflow/expression).
function(triphammer_library folder)
  cmake_parse_arguments(ARG "GATHERED" "" "DEPENDS;SYSTEM" ${ARGN})
  string(REPLACE "/" "_" name "${folder}")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/server/${folder}/*.cpp")
  list(TRANSFORM ARG_DEPENDS REPLACE "/" "_")
  list(TRANSFORM ARG_DEPENDS PREPEND "th_")
  if(sources)
    add_library(th_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(th_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(th_${name} ${scope} "${CMAKE_SOURCE_DIR}/server")
  target_link_libraries(th_${name} ${scope} triphammer_flags ${ARG_DEPENDS} ${ARG_SYSTEM})
  if(sources)
    triphammer_precompile(th_${name} th_base ${TRIPHAMMER_STANDARD_HEADERS})
    if(ARG_GATHERED)
      triphammer_gather(th_${name} 4)
    endif()
  endif()
endfunction()

# triphammer_test(FOLDER [GATHERED files] [DEPENDS more folders…] [WITH its folders…])
# tests/<folder>/*_test.cpp → one GoogleTest program `test_<folder>`, label `unit`; its tests are `<folder>/Suite.Test`.
function(triphammer_test folder)
  cmake_parse_arguments(ARG "" "GATHERED" "DEPENDS;SYSTEM;WITH" ${ARGN})
  string(REPLACE "/" "_" name "${folder}")
  list(TRANSFORM ARG_WITH APPEND "/*.cpp")
  list(TRANSFORM ARG_WITH PREPEND "${CMAKE_SOURCE_DIR}/tests/${folder}/")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*.cpp" ${ARG_WITH})
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM ARG_DEPENDS REPLACE "/" "_")
  list(TRANSFORM ARG_DEPENDS PREPEND "th_")
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(test_${name} PRIVATE th_${name} ${ARG_DEPENDS} ${ARG_SYSTEM} test_support GTest::gmock GTest::gtest_main)
  triphammer_precompile(test_${name} test_support)
  if(ARG_GATHERED)
    triphammer_gather(test_${name} ${ARG_GATHERED})
  endif()
  # There are many, and it links them in half the time.
  target_link_options(test_${name} PRIVATE -fuse-ld=gold)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

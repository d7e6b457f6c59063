# The first process of job containers: fully static, so that it runs in any image, and without our
# flags (a sanitizer cannot be linked statically). The runner carries it.
file(GLOB supervisor CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/supervisor/*.cpp")
add_executable(triphammer-supervisor ${supervisor})
target_include_directories(triphammer-supervisor PRIVATE "${CMAKE_SOURCE_DIR}/server")
target_compile_options(triphammer-supervisor PRIVATE
  -Os -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_link_options(triphammer-supervisor PRIVATE -static -Wl,--gc-sections)
set_target_properties(triphammer-supervisor PROPERTIES POSITION_INDEPENDENT_CODE OFF)
triphammer_strip(triphammer-supervisor)
triphammer_embed(th_runner_container supervisor "${CMAKE_CURRENT_BINARY_DIR}/triphammer-supervisor.stripped")

# The runner: static, small, without git and SQLite (docs/adr/0006). It is carried inside the
# main program, stripped and compressed.
add_executable(triphammer-runner runner_main.cpp)
target_link_libraries(triphammer-runner PRIVATE th_runner)
if(NOT TRIPHAMMER_SANITIZE)
  set_target_properties(triphammer-runner PROPERTIES TRIPHAMMER_STATIC ON)
  # At a fixed address: to relocate a pie of this size costs each job a hundred pages of its own and
  # half a millisecond. Told to the linker alone: with -static the compiler takes start files that
  # have the unwinder sort every frame at the first exception, 3 ms.
  target_link_options(triphammer-runner PRIVATE
    -no-pie -static-libgcc -Wl,-static -Wl,--gc-sections)
  set_target_properties(triphammer-runner PROPERTIES POSITION_INDEPENDENT_CODE OFF)
endif()
triphammer_strip(triphammer-runner)
triphammer_compress(triphammer-runner.stripped)
triphammer_embed(th_app runner "${CMAKE_CURRENT_BINARY_DIR}/triphammer-runner.stripped.zst")

# The first process of job containers: fully static, so that it runs in any image, and without our
# flags (a sanitizer cannot be linked statically). The runner carries it.
add_executable(triphammer-supervisor supervisor_main.cpp)
target_include_directories(triphammer-supervisor PRIVATE "${CMAKE_SOURCE_DIR}/server")
target_compile_options(triphammer-supervisor PRIVATE
  -Os -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_link_options(triphammer-supervisor PRIVATE -static -Wl,--gc-sections)
set_target_properties(triphammer-supervisor PROPERTIES POSITION_INDEPENDENT_CODE OFF)
triphammer_strip(triphammer-supervisor)
triphammer_embed(th_runner supervisor "${CMAKE_CURRENT_BINARY_DIR}/triphammer-supervisor.stripped")

# The runner: static, small, without git, SQLite and YAML (docs/adr/0006). It is carried inside the
# main program, stripped.
add_executable(triphammer-runner runner_main.cpp)
target_link_libraries(triphammer-runner PRIVATE th_runner)
if(NOT TRIPHAMMER_SANITIZE)
  set_target_properties(triphammer-runner PROPERTIES TRIPHAMMER_STATIC ON)
  # As pie: the start files of plain -static have the unwinder sort every frame at the first exception,
  # 3 ms of each job.
  target_link_options(triphammer-runner PRIVATE -static-pie -Wl,--gc-sections)
endif()
triphammer_strip(triphammer-runner)
triphammer_embed(th_app runner "${CMAKE_CURRENT_BINARY_DIR}/triphammer-runner.stripped")

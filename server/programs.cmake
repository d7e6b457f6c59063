# The runner: static, small, without git, SQLite and YAML (docs/adr/0006). It is carried inside the
# main program, stripped.
add_executable(triphammer-runner runner_main.cpp)
target_link_libraries(triphammer-runner PRIVATE th_runner)
if(NOT TRIPHAMMER_SANITIZE)
  set_target_properties(triphammer-runner PROPERTIES TRIPHAMMER_STATIC ON)
  target_link_options(triphammer-runner PRIVATE -static -Wl,--gc-sections)
endif()

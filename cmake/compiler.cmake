# One place for the language, the warnings, the sanitizers and the hardening.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)  # the sloppiness is what it wants where headers are precompiled; clones share what they compile
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
      CCACHE_NOHASHDIR=1 "${CCACHE_PROGRAM}")
  endif()
endif()

add_library(triphammer_flags INTERFACE)
target_compile_options(triphammer_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor $<$<CONFIG:Debug>:-Werror>)
# What an optimizer only supposes must not stop anybody's build. g++ 12 at -O2 thinks that Asio's coroutine frames are freed by another
# function than made them.
target_compile_options(triphammer_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-Wno-mismatched-new-delete>)

# The compiler tidies its memory up later: a tenth of the time, for half a gigabyte a process.
target_compile_options(triphammer_flags INTERFACE
  "$<$<CONFIG:Debug>:--param=ggc-min-expand=400;--param=ggc-min-heapsize=500000>")

# What the static runner does not call is left out of it.
target_compile_options(triphammer_flags INTERFACE
  "$<$<CONFIG:Release>:-ffunction-sections;-fdata-sections>")

# Asio and Beast are compiled once (server/base/asio.cpp, server/http/beast.cpp), not in every file.
target_compile_definitions(triphammer_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
find_path(BOOST_INCLUDE boost/version.hpp REQUIRED)
target_include_directories(triphammer_flags SYSTEM INTERFACE "${BOOST_INCLUDE}")

if(TRIPHAMMER_SANITIZE)
  target_compile_options(triphammer_flags INTERFACE
    -fsanitize=${TRIPHAMMER_SANITIZE} -fno-omit-frame-pointer
    -Wno-maybe-uninitialized -Wno-mismatched-new-delete -Wno-tsan)
  target_link_options(triphammer_flags INTERFACE -fsanitize=${TRIPHAMMER_SANITIZE})
endif()

if(TRIPHAMMER_HARDENING)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(triphammer_flags INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  target_link_options(triphammer_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# The compiler, its warnings and sanitizers, as one interface target: pykala_options.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} is refused: GCC 12 destroys some temporaries twice when they are built inside "
    "an expression that contains co_await (heap corruption at -O0 and -O2). Use clang 19 (Debian: clang-19), as the "
    "presets do, or GCC 13 or newer.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "clang ${CMAKE_CXX_COMPILER_VERSION} is refused: std::expected of Debian 12's library needs clang 19 or newer.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A precompiled header is known to ccache by its bytes, so it must hold no time of its own.
find_program(ccache_program ccache)
if(ccache_program)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ccache_program})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
option(PYKALA_PRECOMPILE "Compile the common headers once: halves a clean build" ON)

set(PYKALA_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

add_library(pykala_options INTERFACE)
target_include_directories(pykala_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(pykala_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wunused-result -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
  -fno-omit-frame-pointer)
if(PYKALA_SANITIZE)
  target_compile_options(pykala_options INTERFACE -fsanitize=${PYKALA_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(pykala_options INTERFACE -fsanitize=${PYKALA_SANITIZE})
endif()
find_program(lld_program NAMES ld.lld-19 ld.lld)
if(lld_program AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(pykala_options INTERFACE -fuse-ld=${lld_program})
endif()

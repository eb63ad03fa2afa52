# The suites for this machine, under the address and undefined-behaviour sanitizers.
if(NOT BUILD_TESTING)
  message(FATAL_ERROR "The native build holds nothing but tests.")
endif()
include(scripts/cmake/tests.cmake)

set(sanitizers
  -fsanitize=address,undefined,float-cast-overflow
  # The first error ends the run: what comes after it means nothing.
  -fno-sanitize-recover=all -fno-omit-frame-pointer)
# -O1: half the time of -O0 to run, half the time of -O2 to compile. -g1: line numbers in reports.
set(native_compile -UNDEBUG -O1 -g1 ${sanitizers})

# GoogleTest itself needs no sanitizer; with them it takes three times as long to compile.
target_compile_options(gtest PRIVATE -O1)
add_suites(native COMPILE ${native_compile} LINK ${sanitizers})

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
add_test_kernels(native -UNDEBUG -O1 -g1 ${sanitizers})
add_suites(native KERNELS native LINK ${sanitizers})
add_bit_identity(native KERNELS native LINK ${sanitizers})

# All 2^32 inputs of every function: npm run test:exhaustive. Built only when asked for, and without
# sanitizers, which would make minutes of it hours.
find_package(Threads REQUIRED)
add_executable(exhaustive EXCLUDE_FROM_ALL test/cpp/exhaustive.cpp ${kernel_sources})
target_include_directories(exhaustive PRIVATE cpp test/cpp)
target_compile_options(exhaustive PRIVATE -O3)
target_link_libraries(exhaustive PRIVATE Threads::Threads)
set_target_properties(exhaustive PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/native)

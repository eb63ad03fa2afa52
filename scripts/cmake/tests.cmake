# The tests in C++: a GoogleTest suite for each folder of test/cpp, and the program bit_identity.
#
#   add_suites(<configuration> COMPILE <flags> LINK <flags>)
#   add_bit_identity(<configuration> LINK <flags>)
#
# A configuration is one way to compile the kernels; ctest knows its suites as
# <configuration>.<folder>. `cmake --build <folder> --target tests` builds the tests alone.
enable_testing()

set(GTEST_SOURCE /usr/src/googletest/googletest CACHE PATH
  "GoogleTest's sources: the folder that holds src/gtest-all.cc")
if(NOT EXISTS ${GTEST_SOURCE}/src/gtest-all.cc)
  message(FATAL_ERROR
    "GoogleTest's sources are not in ${GTEST_SOURCE}. Install them (Debian: apt-get install "
    "googletest), or say -DGTEST_SOURCE=<folder that holds src/gtest-all.cc>, or build without "
    "tests: -DBUILD_TESTING=OFF.")
endif()

add_custom_target(tests)

# Compiled once for each set of flags that it must share: the sanitizers' or Emscripten's.
add_library(gtest OBJECT ${GTEST_SOURCE}/src/gtest-all.cc test/cpp/support/main.cpp)
target_include_directories(gtest PRIVATE ${GTEST_SOURCE})
target_include_directories(gtest SYSTEM PUBLIC ${GTEST_SOURCE}/include)
# No thread in any suite; no warnings from sources that are not ours.
target_compile_definitions(gtest PUBLIC GTEST_HAS_PTHREAD=0)
target_compile_options(gtest PRIVATE -w)

function(add_suites configuration)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMPILE;LINK")
  add_library(kernels_${configuration} OBJECT ${kernel_sources})
  target_include_directories(kernels_${configuration} PUBLIC cpp test/cpp)
  target_compile_options(kernels_${configuration} PUBLIC ${arg_COMPILE})
  foreach(folder simd math kernels memory nn)
    file(GLOB sources CONFIGURE_DEPENDS test/cpp/${folder}/*.cpp)
    add_test_program(${configuration} ${folder}_tests "${arg_LINK}" ${sources})
    target_link_libraries(${folder}_tests_${configuration} PRIVATE gtest)
    add_test(NAME ${configuration}.${folder} COMMAND ${folder}_tests_${configuration})
    # Without these a setting of the surroundings could let a run go on after an error.
    set_tests_properties(${configuration}.${folder} PROPERTIES ENVIRONMENT
      "ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
  endforeach()
endfunction()

# tests/<configuration>/<program> in the build folder, never in dist.
function(add_test_program configuration program link)
  set(target ${program}_${configuration})
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE kernels_${configuration})
  target_link_options(${target} PRIVATE ${link})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${program}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${configuration})
  add_dependencies(tests ${target})
endfunction()

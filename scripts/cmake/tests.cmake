# The tests in C++: a GoogleTest suite for each folder of test/cpp, and the program bit_identity,
# whose output must be the same in every build.
#
# A build is one way to compile the kernels; ctest knows its suites as <build>.<folder>.
# `cmake --build <folder> --target tests` builds the tests alone.
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

# Compiled once for all suites of this folder.
add_library(gtest OBJECT ${GTEST_SOURCE}/src/gtest-all.cc test/cpp/support/main.cpp)
target_include_directories(gtest PRIVATE ${GTEST_SOURCE})
target_include_directories(gtest SYSTEM PUBLIC ${GTEST_SOURCE}/include)
# No suite has threads; the warnings of other people's sources are theirs.
target_compile_definitions(gtest PUBLIC GTEST_HAS_PTHREAD=0)
target_compile_options(gtest PRIVATE -O1 -w)

# kernels_<build>: the kernels, and the flags that everything linked with them is compiled with.
function(add_test_kernels build)
  add_library(kernels_${build} OBJECT ${kernel_sources})
  target_include_directories(kernels_${build} PUBLIC cpp test/cpp .)
  target_compile_options(kernels_${build} PUBLIC ${ARGN})
endfunction()

# tests/<build>/<program> in the build folder: nothing of it belongs in dist.
function(add_test_program build program)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "KERNELS" "SOURCES;LINK")
  set(target ${program}_${build})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE kernels_${arg_KERNELS})
  target_link_options(${target} PRIVATE ${arg_LINK})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${program}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${build})
  if(EMSCRIPTEN)
    # As .js Node would take them for ES modules: package.json says so.
    set_target_properties(${target} PROPERTIES SUFFIX .cjs)
  endif()
  add_dependencies(tests ${target})
endfunction()

function(add_bit_identity build)
  add_test_program(${build} bit_identity SOURCES test/cpp/bit_identity.cpp ${ARGN})
endfunction()

# The folders of test/cpp that are suites.
set(suite_folders simd math kernels memory nn bindings)

function(add_suites build)
  foreach(folder IN LISTS suite_folders)
    file(GLOB sources CONFIGURE_DEPENDS test/cpp/${folder}/*.cpp)
    add_test_program(${build} ${folder}_tests SOURCES ${sources} ${ARGN})
    target_link_libraries(${folder}_tests_${build} PRIVATE gtest)
    # GoogleTest's header takes longer to read than most suites to compile.
    if(folder STREQUAL simd)
      target_precompile_headers(simd_tests_${build} PRIVATE <gtest/gtest.h>)
    else()
      target_precompile_headers(${folder}_tests_${build} REUSE_FROM simd_tests_${build})
    endif()
    add_test(NAME ${build}.${folder} COMMAND ${folder}_tests_${build})
    # Without these a setting of the surroundings could let a run go on after an error.
    set_tests_properties(${build}.${folder} PROPERTIES ENVIRONMENT
      "ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
  endforeach()
endfunction()

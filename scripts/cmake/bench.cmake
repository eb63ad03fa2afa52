# What the benchmark compares the builds with, and that no package brings: other loops, the usual allocator.
# `cmake --build <folder> --target bench`; the files go to build/wasm/bench.
add_custom_target(bench)

function(add_bench_module name)
  set(target bench_${name})
  add_executable(${target} EXCLUDE_FROM_ALL bench/cpp/${name}.cpp)
  # As the scalar build is compiled; a module alone, without JavaScript.
  target_compile_options(${target} PRIVATE ${compile_flags})
  target_link_options(${target} PRIVATE -O3 -flto -fno-exceptions -fno-rtti
    -sSTANDALONE_WASM --no-entry ${ARGN})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(bench ${target})
endfunction()

add_bench_module(scalar_tiles)
add_bench_module(malloc_trace -sMALLOC=dlmalloc -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=2MB -sSTACK_SIZE=65536)

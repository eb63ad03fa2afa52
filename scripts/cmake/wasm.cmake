# The builds of the module: name, flags of the compiler, flags of the linker.
#
# A new build is one line here and one row in ts/core/variants.ts.
set(simd_compile -msimd128)
set(simd_optimize --enable-simd)
set(scalar_compile)
# Fused multiply-add, and nothing else of the relaxed instructions: MulAdd is the one place that asks
# for it. The results differ in their last bits from those of the other builds.
set(relaxed_compile -msimd128 -mrelaxed-simd)
set(relaxed_optimize --enable-simd --enable-relaxed-simd)
set(js_compile -DNEURAL_TO_JAVASCRIPT)
set(wasm_link
    # The caller hands in a memory with initial = maximum. Growth must be "allowed" for the module to
    # accept any limit up to 2 GiB; with such a memory it never grows, so no view is ever detached.
    -sIMPORTED_MEMORY -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=2GB)
set(js_link
    # Compiled by wasm2js. With growth allowed it would replace the caller's buffer.
    -sWASM=0 -sIMPORTED_MEMORY)
set(builds simd scalar js relaxed)

set(compile_flags -O3 -flto)
set(link_flags
    # -O2 here and O3 for the code (LTO) and for wasm-opt below: emcc's own -O3 would shorten the
    # names of the exports to single letters, and drop those that the glue has no use for. The loader
    # takes them by name, from the instance; the glue needs no wrapper for each.
    -O2 -flto -Wl,--lto-O3 -sEXPORT_KEEPALIVE=0 --bind
    # The JavaScript half of embind that this module needs.
    --js-library ${CMAKE_SOURCE_DIR}/bindings/embind_library.js
    # The order of the source within a block: the compiler's own choice, which counts registers in a
    # way of its own, makes the loop of the matrix product spill on V8 (kernels/matmul_tile.cpp).
    -Wl,-mllvm,-pre-RA-sched=source
    # Chooses the embind library that goes with code without run-time types.
    -fno-rtti -fno-exceptions
    # A factory that leaves no trace: no global, no process handler, no node: import, no eval (CSP).
    -sMODULARIZE -sEXPORT_ES6 -sENVIRONMENT=web -sUSE_ES6_IMPORT_META=0
    -sDYNAMIC_EXECUTION=0 -sFILESYSTEM=0 -sNO_EXIT_RUNTIME=1
    # Memory comes from the loader.
    -sINCOMING_MODULE_JS_API=wasmMemory
    -sEXPORTED_RUNTIME_METHODS=wasmExports
    # malloc is the pool (bindings/memory.cpp). Nothing aborts for want of memory.
    -sMALLOC=none -sABORTING_MALLOC=0
    -sSTACK_SIZE=65536
    # The least that the module accepts is the least limit a caller may set; emcc's own is 16 MiB.
    -sINITIAL_MEMORY=2MB
    -sASSERTIONS=0
    # The js build is ready at once, and has no code that would fetch a file.
    -sWASM_ASYNC_COMPILATION=0)

execute_process(
  COMMAND ${EMSCRIPTEN_ROOT_PATH}/em-config BINARYEN_ROOT
  OUTPUT_VARIABLE binaryen_root OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(wasm_opt ${binaryen_root}/bin/wasm-opt)
set(wasm_opt_flags
    # A second round after the linker's: -O3 merges what the JavaScript glue's removal left over.
    -O3
    # Only instructions that every engine with wasm and SIMD has had for years; each build's own
    # features are read from the file.
    --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals
    # Names and producers are of no use to a user.
    --strip-debug --strip-producers)

find_program(node node REQUIRED)

function(add_module build)
  set(target module_${build})
  add_executable(${target} ${kernel_sources} ${binding_sources})
  target_include_directories(${target} PRIVATE cpp .)
  target_compile_options(${target} PRIVATE ${compile_flags} ${${build}_compile})
  # Without run-time types embind cannot name a type that nobody registered.
  target_compile_definitions(${target} PRIVATE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
  if(build STREQUAL js)
    set(flags ${js_link})
  else()
    set(flags ${wasm_link})
  endif()
  target_link_options(${target} PRIVATE ${link_flags} ${${build}_compile} ${flags})
  # The same file name in a folder of its own: so the glues of all wasm builds are the same bytes.
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME neural SUFFIX .js
    LINK_DEPENDS "${CMAKE_SOURCE_DIR}/bindings/embind_library.js;${CMAKE_SOURCE_DIR}/scripts/write-glue.mjs"
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_SOURCE_DIR}/dist/wasm/${build})
  if(NOT build STREQUAL js)  # There wasm2js has run it already.
    set(wasm ${CMAKE_SOURCE_DIR}/dist/wasm/${build}/neural.wasm)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${wasm_opt} ${wasm_opt_flags} ${${build}_optimize} ${wasm} -o ${wasm}
      COMMAND ${node} ${CMAKE_SOURCE_DIR}/scripts/write-glue.mjs
        ${CMAKE_SOURCE_DIR}/dist/wasm/${build}/neural.js VERBATIM)
  endif()
endfunction()

# `cmake --build <folder> --target modules` leaves out the tests.
add_custom_target(modules)
foreach(build IN LISTS builds)
  add_module(${build})
  add_dependencies(modules module_${build})
endforeach()

include(scripts/cmake/bench.cmake)

if(BUILD_TESTING)
  include(scripts/cmake/tests.cmake)
  # No LTO and little work at link time: half of the time of a test run would go there. The modules
  # themselves are tested through the API.
  set(test_link -O1 -sENVIRONMENT=node -sEXIT_RUNTIME=1 -sSTACK_SIZE=1MB)
  foreach(build simd scalar)  # The builds that promise the same bits.
    add_test_kernels(${build} -O2 ${${build}_compile})
    add_suites(${build} KERNELS ${build} LINK ${test_link} -sALLOW_MEMORY_GROWTH=1)
    add_bit_identity(${build} KERNELS ${build} LINK ${test_link} -sALLOW_MEMORY_GROWTH=1)
  endforeach()
  find_program(node node REQUIRED)
  set(relaxed_flag --experimental-wasm-relaxed-simd)
  execute_process(COMMAND ${node} --v8-options OUTPUT_VARIABLE node_flags COMMAND_ERROR_IS_FATAL ANY)
  # `relaxed` keeps the bounds, if not the bits. Before version 21 Node has it behind a flag.
  add_test_kernels(relaxed -O2 ${relaxed_compile})
  add_suites(relaxed KERNELS relaxed LINK ${test_link} -sALLOW_MEMORY_GROWTH=1)
  if(node_flags MATCHES ${relaxed_flag})
    foreach(folder IN LISTS suite_folders)
      set_target_properties(${folder}_tests_relaxed PROPERTIES
        CROSSCOMPILING_EMULATOR "${node};${relaxed_flag}")
    endforeach()
  endif()
  # `js` is compiled as `scalar` is; what makes it another build comes after the linker. There a
  # memory that grows would copy itself each time.
  add_bit_identity(js KERNELS scalar
    LINK ${test_link} -sWASM=0 -sWASM_ASYNC_COMPILATION=0 -sINITIAL_MEMORY=256MB)
  add_test(NAME bit_identity COMMAND ${node} ${CMAKE_SOURCE_DIR}/scripts/compare-bits.mjs
    $<TARGET_FILE:bit_identity_simd> $<TARGET_FILE:bit_identity_scalar> $<TARGET_FILE:bit_identity_js>)
endif()

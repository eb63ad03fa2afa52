// The part of embind's own library that this module needs, in its place.
//
// The library registers every C++ type that it knows: strings, big integers, views of memory. The
// glue carries code for each of them, a third of what a page would fetch, and the module pulls in
// printf. The signatures in objects.cpp use four types. Since these definitions come first, the
// linker has no reason to take the library's. A signature with a fifth type fails when it is
// called, with the TypeError of embind_library.js.
#include <emscripten/bind.h>
#include <string.h>

#include "bindings/abi.h"

namespace {

emscripten::internal::InitFunc* first_bindings = nullptr;

}  // namespace

NEURAL_EXPORT const char* __getTypeName(const std::type_info*) {
  // The glue frees it.
  return strdup("a type that embind_types.cpp does not register");
}

NEURAL_EXPORT void _embind_initialize_bindings() {
  for (auto* bindings = first_bindings; bindings; bindings = bindings->next) {
    bindings->init_func();
  }
}

extern "C" void _embind_register_bindings(emscripten::internal::InitFunc* bindings) {
  bindings->next = first_bindings;
  first_bindings = bindings;
}

EMSCRIPTEN_BINDINGS(builtin_types) {
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_integer(TypeID<uint32_t>::get(), "uint32_t", sizeof(uint32_t), 0, UINT32_MAX);
  _embind_register_float(TypeID<float>::get(), "float", sizeof(float));
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
}

// A malloc for every operand and result: what memory costs a program that manages it with the usual
// allocator.
#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

EXPORT("allocate") void* Allocate(size_t bytes) { return malloc(bytes); }
EXPORT("release") void Release(void* block) { free(block); }
// The end of what the allocator has taken from the linear memory so far.
EXPORT("end") void* End() { return sbrk(0); }
// Bytes in live blocks, with their headers and their rounding, but without what is free between
// them.
EXPORT("used") size_t Used() { return mallinfo().uordblks; }

// The pool's exports, and the C++ allocator on top of the same pool.
#include <errno.h>
#include <string.h>
#include <new>

#include "bindings/module.h"

extern "C" unsigned char __heap_base;  // Put there by the linker.

namespace neural::module {

alignas(64) float matmul_scratch[kMatmulScratchFloats];
Result result;
RuntimeBlocks runtime_blocks;

uint32_t MemoryBytes() { return static_cast<uint32_t>(__builtin_wasm_memory_size(0)) * 65536u; }

// Made on first use: malloc may be called before any constructor has run.
Pool& ThePool() {
  alignas(Pool) static unsigned char storage[sizeof(Pool)];
  static bool made = false;
  if (!made) {
    made = true;
    const uint32_t begin = (reinterpret_cast<uint32_t>(&__heap_base) + 63) & ~63u;
    new (storage) Pool(reinterpret_cast<void*>(begin), MemoryBytes() - begin);
  }
  return *reinterpret_cast<Pool*>(storage);
}

TemporaryFloats::TemporaryFloats(uint64_t count) {
  const uint64_t bytes = count * sizeof(float);
  data_ = bytes >> 32 ? nullptr
                      : static_cast<float*>(ThePool().Allocate(static_cast<size_t>(bytes),
                                                               Pool::kAlignment, kOwnerInternal));
}
TemporaryFloats::~TemporaryFloats() {
  if (data_) ThePool().Release(data_);
}

}  // namespace neural::module

using neural::Pool;
using neural::Status;
using neural::module::kOwnerRuntime;
using neural::module::runtime_blocks;
using neural::module::ThePool;

uint32_t abi_version() { return neural::kAbiVersion; }
Address staging_address() { return reinterpret_cast<Address>(neural::module::matmul_scratch); }
Address result_address() { return reinterpret_cast<Address>(&neural::module::result); }

Address pool_allocate(uint32_t bytes, uint32_t alignment, uint32_t owner) {
  if (!alignment || (alignment & (alignment - 1)) || owner > 255) return 0;
  void* block = ThePool().Allocate(bytes, alignment, static_cast<uint8_t>(owner));
  return reinterpret_cast<Address>(block);
}

Status pool_free(Address address) {
  return ThePool().Release(reinterpret_cast<void*>(address)) ? Status::kOk
                                                             : Status::kInvalidArgument;
}

uint32_t pool_reset(uint32_t owner) {
  return owner > 255 ? 0 : ThePool().ReleaseAll(static_cast<uint8_t>(owner));
}

uint32_t pool_optimize() { return ThePool().Optimize(); }

Address pool_stats() {
  static double numbers[10];
  const neural::PoolStats s = ThePool().Stats();
  const neural::module::RuntimeBlocks& runtime = runtime_blocks;
  const uint32_t limit = neural::module::MemoryBytes();
  const uint32_t current[10] = {limit,
                                limit - s.capacity + runtime.bytes,
                                s.used - runtime.bytes,
                                s.peak - runtime.bytes,
                                s.available,
                                s.largest_free,
                                s.live_blocks - runtime.live_blocks,
                                s.allocations - runtime.allocations,
                                s.frees - runtime.frees,
                                s.failures};
  for (int i = 0; i < 10; ++i) numbers[i] = current[i];
  return reinterpret_cast<Address>(numbers);
}

// The C allocator. Without exceptions a throwing `new` aborts when there is no room: the code of
// this project calls none.
namespace {

uint32_t BlockBytes(const void* block) {
  return static_cast<uint32_t>(ThePool().UsableBytes(block)) + Pool::kHeaderBytes;
}

void* AllocateForRuntime(size_t bytes, size_t alignment) {
  void* block = ThePool().Allocate(bytes, alignment, kOwnerRuntime);
  if (block) {
    runtime_blocks.bytes += BlockBytes(block);
    ++runtime_blocks.live_blocks;
    ++runtime_blocks.allocations;
  }
  return block;
}

}  // namespace

extern "C" {

void* malloc(size_t bytes) { return AllocateForRuntime(bytes, Pool::kAlignment); }

void free(void* block) {
  if (!block) return;
  const uint32_t bytes = BlockBytes(block);
  if (!ThePool().Release(block)) return;
  runtime_blocks.bytes -= bytes;
  --runtime_blocks.live_blocks;
  ++runtime_blocks.frees;
}

void* calloc(size_t count, size_t bytes) {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) return nullptr;
  void* block = malloc(total);
  if (block) memset(block, 0, total);
  return block;
}

void* realloc(void* block, size_t bytes) {
  if (!block) return malloc(bytes);
  const size_t usable = ThePool().UsableBytes(block);
  if (bytes && bytes <= usable) return block;
  void* larger = bytes ? malloc(bytes) : nullptr;
  if (larger) memcpy(larger, block, usable);
  if (larger || !bytes) free(block);
  return larger;
}

void* memalign(size_t alignment, size_t bytes) { return AllocateForRuntime(bytes, alignment); }

void* aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void** block, size_t alignment, size_t bytes) {
  *block = memalign(alignment, bytes);
  return *block ? 0 : ENOMEM;
}

}  // extern "C"

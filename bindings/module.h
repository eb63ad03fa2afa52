// What the bindings share: the module's own pool, the checks of operands, and scratch memory.
#pragma once

#include "bindings/abi.h"
#include "kernels/matmul.h"
#include "memory/pool.h"

namespace neural::module {

// The pool over everything from the end of the static data to the end of memory. The C++
// allocator (malloc and new) is this pool, too.
Pool& ThePool();

// Owners of blocks, as ts/core/engine.ts names them; kRuntime is what malloc hands out.
inline constexpr uint8_t kOwnerInternal = 0, kOwnerNetwork = 2, kOwnerRuntime = 3;

// Blocks that the language's own runtime holds (embind keeps a few): they count as reserved.
struct RuntimeBlocks {
  uint32_t bytes, live_blocks, allocations, frees;
};
extern RuntimeBlocks runtime_blocks;

// Memory that a call needs for its own duration; null when the pool has no room.
class TemporaryFloats {
 public:
  explicit TemporaryFloats(uint64_t count);
  ~TemporaryFloats();
  TemporaryFloats(const TemporaryFloats&) = delete;
  TemporaryFloats& operator=(const TemporaryFloats&) = delete;

  float* data() const { return data_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  float* data_;
};

extern float matmul_scratch[kMatmulScratchFloats];

// For one row through a network, which needs no scratch of the products, parts of that scratch
// serve otherwise: the first holds the caller's operands, the second the hidden values.
inline constexpr uint32_t kHiddenFloats = kMatmulScratchFloats - kStagingFloats;
inline float* const hidden_scratch = matmul_scratch + kStagingFloats;

// Where reductions and losses leave their numbers.
struct Result {
  double value;
  uint32_t count;
};
extern Result result;

uint32_t MemoryBytes();

// True when `count` elements of four bytes at `address` lie in memory, aligned.
inline bool InBounds(Address address, uint64_t count) {
  return address % 4 == 0 && address + count * 4 <= MemoryBytes();
}
inline bool Overlaps(Address a, uint64_t a_count, Address b, uint64_t b_count) {
  return a < b + b_count * 4 && b < a + a_count * 4 && a_count && b_count;
}

inline float* Floats(Address address) { return reinterpret_cast<float*>(address); }
inline const float* ConstFloats(Address address) { return reinterpret_cast<const float*>(address); }

}  // namespace neural::module

// A memory pool over one fixed stretch of memory: it never asks for more.
//
// Two-level segregated fit (Masmano, Ripoll, Crespo and Real, 2004): allocation and release take
// constant time, free neighbours are merged. Small blocks are merged late (quick lists: Wilson,
// Johnstone, Neely and Boles, 1995, section 3.12): they are what many short calls take and give
// back in turn. Optimize merges them, and an allocation that would fail does so first.
//
// Each block has a header of 16 bytes. Links are offsets from the start, so that the pool is the
// same on a 32-bit and a 64-bit machine.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

struct PoolStats {
  uint32_t capacity;      // Bytes that the pool manages.
  uint32_t used;          // Bytes in live blocks, their headers and their rounding included.
  uint32_t peak;          // The largest value that `used` had.
  uint32_t available;     // capacity - used.
  uint32_t largest_free;  // The largest request that a single free block can serve.
  uint32_t live_blocks;
  uint32_t allocations, frees, failures;  // Counts since the start.
};

class Pool {
 public:
  static constexpr uint32_t kAlignment = 16;
  static constexpr uint32_t kHeaderBytes = 16;

  // memory must be aligned to 16; bytes is at most 2^31.
  Pool(void* memory, size_t bytes);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A block of at least `bytes` (0 counts as 1), aligned to `alignment` (a power of two), or null.
  // The owner, 0 to 255, is a mark for ReleaseAll.
  void* Allocate(size_t bytes, size_t alignment, uint8_t owner);

  // False when `block` is not the start of a live block; nothing has changed then.
  bool Release(void* block);

  // Releases every block of one owner; returns their number.
  uint32_t ReleaseAll(uint8_t owner);

  // Merges what can be merged; returns the bytes by which the largest free block has grown.
  uint32_t Optimize();

  // Bytes that the caller may use in a live block; 0 when it is none.
  size_t UsableBytes(const void* block) const;

  PoolStats Stats() const;

 private:
  struct Header {
    uint32_t size;           // Of the whole block, a multiple of 16.
    uint32_t previous_size;  // Of the physical neighbour below; 0 for the first block.
    uint32_t state;          // kFree, kQuick, or kLive with the owner in the low byte.
    uint32_t unused;
    // The payload starts here; in a free block it begins with its links in a list.
  };
  struct Links {
    uint32_t next, previous;
  };
  struct Class {
    uint32_t first, second;
  };

  static constexpr uint32_t kNone = 0xffffffffu;
  static constexpr uint32_t kMinimumBlock = 32;
  static constexpr uint32_t kFree = 0x46524545u;
  static constexpr uint32_t kQuick = 0x51554943u;
  static constexpr uint32_t kLive = 0x4c495600u;
  static constexpr uint32_t kSecondBits = 4;
  static constexpr uint32_t kSecondCount = 1u << kSecondBits;
  static constexpr uint32_t kSmallest = 1u << (kSecondBits + 4);  // Below: classes of 16 bytes.
  static constexpr uint32_t kFirstCount = 32 - 8 + 1;
  static constexpr uint32_t kQuickLimit = 512;

  static Class ClassOf(uint32_t size);
  Header* At(uint32_t offset) const { return reinterpret_cast<Header*>(base_ + offset); }
  Links* LinksAt(uint32_t offset) const {
    return reinterpret_cast<Links*>(base_ + offset + kHeaderBytes);
  }
  static bool IsLive(const Header* h) { return (h->state & 0xffffff00u) == kLive; }

  void InsertFree(uint32_t offset);
  void RemoveFree(uint32_t offset);
  uint32_t FindFree(uint32_t size) const;
  uint32_t TakeQuick(uint32_t size);
  void FlushQuick();
  uint32_t Merge(uint32_t offset);
  void SetSize(uint32_t offset, uint32_t size);
  uint32_t Split(uint32_t offset, uint32_t front);
  uint32_t Carve(uint32_t size, uint32_t alignment);
  bool LiveOffset(const void* block, uint32_t* offset) const;
  void ReleaseAt(uint32_t offset);
  uint32_t LargestFree() const;

  uint8_t* base_;
  uint32_t capacity_;
  uint32_t first_map_ = 0;
  uint32_t second_map_[kFirstCount] = {};
  uint32_t lists_[kFirstCount][kSecondCount];
  uint32_t quick_[kQuickLimit / kAlignment + 1];
  PoolStats stats_ = {};
};

}  // namespace neural

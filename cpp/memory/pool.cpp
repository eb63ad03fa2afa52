#include "memory/pool.h"

namespace neural {

namespace {

constexpr uint32_t kMaximumBytes = 0x80000000u;

uint32_t RoundUp(uint32_t value, uint32_t unit) { return (value + unit - 1) & ~(unit - 1); }
uint32_t HighestBit(uint32_t value) { return 31 - static_cast<uint32_t>(__builtin_clz(value)); }
uint32_t LowestBit(uint32_t value) { return static_cast<uint32_t>(__builtin_ctz(value)); }

}  // namespace

Pool::Pool(void* memory, size_t bytes) : base_(static_cast<uint8_t*>(memory)) {
  capacity_ =
      static_cast<uint32_t>(bytes < kMaximumBytes ? bytes : kMaximumBytes) & ~(kAlignment - 1);
  for (auto& list : lists_) {
    for (uint32_t& head : list) head = kNone;
  }
  for (uint32_t& head : quick_) head = kNone;
  if (capacity_ < kMinimumBlock) {
    capacity_ = 0;
    return;
  }
  *At(0) = {capacity_, 0, kFree, 0};
  InsertFree(0);
}

// Sizes below kSmallest have a class for each multiple of 16; above, each power of two is divided
// in kSecondCount.
Pool::Class Pool::ClassOf(uint32_t size) {
  if (size < kSmallest) return {0, size / kAlignment};
  const uint32_t bit = HighestBit(size);
  return {bit - HighestBit(kSmallest) + 1, (size >> (bit - kSecondBits)) & (kSecondCount - 1)};
}

void Pool::InsertFree(uint32_t offset) {
  Header* h = At(offset);
  h->state = kFree;
  const Class c = ClassOf(h->size);
  uint32_t& head = lists_[c.first][c.second];
  *LinksAt(offset) = {head, kNone};
  if (head != kNone) LinksAt(head)->previous = offset;
  head = offset;
  first_map_ |= 1u << c.first;
  second_map_[c.first] |= 1u << c.second;
}

void Pool::RemoveFree(uint32_t offset) {
  const Class c = ClassOf(At(offset)->size);
  const Links links = *LinksAt(offset);
  if (links.next != kNone) LinksAt(links.next)->previous = links.previous;
  if (links.previous != kNone) {
    LinksAt(links.previous)->next = links.next;
    return;
  }
  lists_[c.first][c.second] = links.next;
  if (links.next != kNone) return;
  second_map_[c.first] &= ~(1u << c.second);
  if (!second_map_[c.first]) first_map_ &= ~(1u << c.first);
}

// A free block of at least `size`, or kNone. A block of a higher class always fits; in the class of
// the size itself the list is searched, so that the largest free block can be used in full.
uint32_t Pool::FindFree(uint32_t size) const {
  const Class c = ClassOf(size);
  const uint32_t above = second_map_[c.first] & (0xfffffffeu << c.second);
  if (above) return lists_[c.first][LowestBit(above)];
  const uint32_t higher = c.first < 31 ? first_map_ & (0xfffffffeu << c.first) : 0;
  if (higher) {
    const uint32_t first = LowestBit(higher);
    return lists_[first][LowestBit(second_map_[first])];
  }
  uint32_t offset = lists_[c.first][c.second];
  while (offset != kNone && At(offset)->size < size) offset = LinksAt(offset)->next;
  return offset;
}

void Pool::SetSize(uint32_t offset, uint32_t size) {
  At(offset)->size = size;
  if (offset + size < capacity_) At(offset + size)->previous_size = size;
}

// Cuts a block that is in no list in two; returns the second part.
uint32_t Pool::Split(uint32_t offset, uint32_t front) {
  const uint32_t rest = offset + front;
  const uint32_t size = At(offset)->size - front;
  *At(rest) = {size, front, kFree, 0};
  SetSize(offset, front);
  SetSize(rest, size);
  return rest;
}

// Joins a block that is in no list with its free neighbours; returns where it starts.
uint32_t Pool::Merge(uint32_t offset) {
  const uint32_t next = offset + At(offset)->size;
  if (next < capacity_ && At(next)->state == kFree) {
    RemoveFree(next);
    SetSize(offset, At(offset)->size + At(next)->size);
  }
  const uint32_t below = At(offset)->previous_size;
  if (below && At(offset - below)->state == kFree) {
    RemoveFree(offset - below);
    SetSize(offset - below, below + At(offset)->size);
    offset -= below;
  }
  return offset;
}

uint32_t Pool::TakeQuick(uint32_t size) {
  if (size > kQuickLimit) return kNone;
  uint32_t& head = quick_[size / kAlignment];
  const uint32_t offset = head;
  if (offset != kNone) head = LinksAt(offset)->next;
  return offset;
}

void Pool::FlushQuick() {
  for (uint32_t& head : quick_) {
    while (head != kNone) {
      const uint32_t offset = head;
      head = LinksAt(offset)->next;
      InsertFree(Merge(offset));
    }
  }
}

// Takes a block of `size` whose payload is aligned out of the free lists, or kNone.
uint32_t Pool::Carve(uint32_t size, uint32_t alignment) {
  // What is cut off in front becomes a block of its own, so it must be large enough for one.
  const uint32_t slack = alignment > kAlignment ? alignment + kMinimumBlock : 0;
  if (size > capacity_ || slack > capacity_ - size) return kNone;
  uint32_t offset = FindFree(size + slack);
  if (offset == kNone) return kNone;
  RemoveFree(offset);
  if (slack) {
    const uintptr_t payload = reinterpret_cast<uintptr_t>(base_) + offset + kHeaderBytes;
    uint32_t front = static_cast<uint32_t>(-payload & (alignment - 1));
    while (front && front < kMinimumBlock) front += alignment;
    if (front) {
      const uint32_t rest = Split(offset, front);
      InsertFree(offset);
      offset = rest;
    }
  }
  if (At(offset)->size - size >= kMinimumBlock) InsertFree(Split(offset, size));
  return offset;
}

void* Pool::Allocate(size_t bytes, size_t alignment, uint8_t owner) {
  uint32_t offset = kNone;
  if (bytes <= capacity_ && alignment <= capacity_ && capacity_) {
    const uint32_t payload = RoundUp(static_cast<uint32_t>(bytes ? bytes : 1), kAlignment);
    const uint32_t size = payload + kHeaderBytes;
    const uint32_t aligned = static_cast<uint32_t>(alignment);
    if (aligned <= kAlignment) offset = TakeQuick(size);
    if (offset == kNone) offset = Carve(size, aligned);
    if (offset == kNone) {
      FlushQuick();
      offset = Carve(size, aligned);
    }
  }
  if (offset == kNone) {
    ++stats_.failures;
    return nullptr;
  }
  At(offset)->state = kLive | owner;
  stats_.used += At(offset)->size;
  if (stats_.used > stats_.peak) stats_.peak = stats_.used;
  ++stats_.live_blocks;
  ++stats_.allocations;
  return base_ + offset + kHeaderBytes;
}

bool Pool::LiveOffset(const void* block, uint32_t* offset) const {
  const uintptr_t address = reinterpret_cast<uintptr_t>(block);
  const uintptr_t start = reinterpret_cast<uintptr_t>(base_);
  if (address < start + kHeaderBytes || address >= start + capacity_) return false;
  const uint32_t at = static_cast<uint32_t>(address - start - kHeaderBytes);
  if (at % kAlignment || !IsLive(At(at))) return false;
  // A payload that happens to look like a header is told by its neighbours' sizes.
  const Header* h = At(at);
  if (h->size < kMinimumBlock || h->size % kAlignment || h->size > capacity_ - at) return false;
  if (at + h->size < capacity_ && At(at + h->size)->previous_size != h->size) return false;
  *offset = at;
  return true;
}

void Pool::ReleaseAt(uint32_t offset) {
  Header* h = At(offset);
  stats_.used -= h->size;
  --stats_.live_blocks;
  ++stats_.frees;
  if (h->size <= kQuickLimit) {
    h->state = kQuick;
    uint32_t& head = quick_[h->size / kAlignment];
    LinksAt(offset)->next = head;
    head = offset;
    return;
  }
  h->state = kFree;
  InsertFree(Merge(offset));
}

bool Pool::Release(void* block) {
  uint32_t offset;
  if (!LiveOffset(block, &offset)) return false;
  ReleaseAt(offset);
  return true;
}

uint32_t Pool::ReleaseAll(uint8_t owner) {
  uint32_t count = 0;
  for (uint32_t offset = 0; offset < capacity_;) {
    const uint32_t below = At(offset)->previous_size;
    const bool merges_below = below && At(offset - below)->state == kFree;
    if (At(offset)->state == (kLive | owner)) {
      ReleaseAt(offset);
      ++count;
      // A merged block starts where the one below it did.
      if (merges_below && At(offset - below)->size > below) offset -= below;
    }
    offset += At(offset)->size;
  }
  return count;
}

uint32_t Pool::LargestFree() const {
  if (!first_map_) return 0;
  const uint32_t first = HighestBit(first_map_);
  uint32_t largest = 0;
  uint32_t offset = lists_[first][HighestBit(second_map_[first])];
  for (; offset != kNone; offset = LinksAt(offset)->next) {
    if (At(offset)->size > largest) largest = At(offset)->size;
  }
  return largest - kHeaderBytes;
}

uint32_t Pool::Optimize() {
  const uint32_t before = LargestFree();
  FlushQuick();
  return LargestFree() - before;
}

size_t Pool::UsableBytes(const void* block) const {
  uint32_t offset;
  return LiveOffset(block, &offset) ? At(offset)->size - kHeaderBytes : 0;
}

PoolStats Pool::Stats() const {
  PoolStats stats = stats_;
  stats.capacity = capacity_;
  stats.available = capacity_ - stats.used;
  stats.largest_free = LargestFree();
  return stats;
}

}  // namespace neural

// The pool against a model that knows which blocks are live, through long random lives; and its
// edges one by one.
#include "memory/pool.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

constexpr uint32_t kHeader = Pool::kHeaderBytes;

// The pool with its memory, of exactly its size.
struct Arena {
  explicit Arena(size_t bytes) : memory(bytes / sizeof(float)), pool(memory.data(), bytes) {}
  uint8_t* begin() { return reinterpret_cast<uint8_t*>(memory.data()); }

  Buffer memory;
  Pool pool;
};

class Model {
 public:
  Model(Arena* arena, Random random) : arena_(*arena), random_(random) {}

  void Step() {
    switch (random_.Below(16)) {
      case 0:
        return ReleaseAll();
      case 1:
        return Optimize();
      case 2:
        return TakeTheLargest();
      case 3:
        return ReleaseNonsense();
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
        return ReleaseOne();
      default:
        return Allocate(AnySize(), AnyAlignment());
    }
  }

  void ExpectStats() {
    const PoolStats stats = arena_.pool.Stats();
    uint32_t used = 0;
    for (const auto& [start, block] : live_) used += block.usable + kHeader;
    ASSERT_EQ(stats.used, used);
    ASSERT_EQ(stats.available, stats.capacity - used);
    if (used > peak_) peak_ = used;
    ASSERT_EQ(stats.peak, peak_);
    ASSERT_EQ(stats.live_blocks, live_.size());
    ASSERT_EQ(stats.allocations, allocations_);
    ASSERT_EQ(stats.frees, frees_);
    ASSERT_EQ(stats.failures, failures_);
    ASSERT_LE(stats.largest_free + (stats.largest_free ? kHeader : 0), LargestGap());
  }

  void ReleaseEverything() {
    while (!live_.empty()) ReleaseOne();
  }

 private:
  struct Block {
    uint32_t usable;
    uint8_t owner;
    uint8_t pattern;
  };

  uint32_t AnySize() {
    switch (random_.Below(6)) {
      case 0:
        return random_.Below(2);
      case 1:
        return random_.Below(64);
      case 2:
      case 3:
        return random_.Below(700);  // Around the limit of the quick lists.
      case 4:
        return random_.Below(20000);
      default:
        return random_.Below(arena_.pool.Stats().capacity + 100);
    }
  }
  uint32_t AnyAlignment() { return random_.Below(3) ? 16 : 1u << random_.Below(13); }

  // The longest stretch without a live block, in bytes.
  uint32_t LargestGap() {
    const uint8_t* end = arena_.begin();
    size_t largest = 0;
    for (const auto& [start, block] : live_) {
      largest = std::max<size_t>(largest, start - kHeader - end);
      end = start + block.usable;
    }
    return static_cast<uint32_t>(
        std::max<size_t>(largest, arena_.begin() + arena_.pool.Stats().capacity - end));
  }

  void Allocate(uint32_t bytes, uint32_t alignment) {
    const uint8_t owner = static_cast<uint8_t>(random_.Below(3) * 127);
    uint8_t* block = static_cast<uint8_t*>(arena_.pool.Allocate(bytes, alignment, owner));
    const uint32_t rounded = ((bytes ? bytes : 1) + 15) / 16 * 16;
    if (!block) {
      ++failures_;
      // Only where no gap is long enough; an alignment may need some room in front.
      const uint32_t slack = alignment > 16 ? alignment + 32 : 0;
      ASSERT_LT(LargestGap(), rounded + kHeader + slack) << bytes << " aligned to " << alignment;
      return;
    }
    ++allocations_;
    const uint32_t usable = static_cast<uint32_t>(arena_.pool.UsableBytes(block));
    ASSERT_GE(usable, rounded);
    ASSERT_LE(usable, rounded + 16);  // Sixteen bytes cannot be a block of their own.
    ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % std::max(alignment, 16u), 0u);
    ASSERT_GE(block, arena_.begin() + kHeader);
    ASSERT_LE(block + usable, arena_.begin() + arena_.pool.Stats().capacity);
    const auto above = live_.lower_bound(block);
    if (above != live_.end()) {
      ASSERT_LE(block + usable + kHeader, above->first);
    }
    if (above != live_.begin()) {
      ASSERT_LE(std::prev(above)->first + std::prev(above)->second.usable + kHeader, block);
    }
    const uint8_t pattern = static_cast<uint8_t>(random_.Next());
    std::memset(block, pattern, usable);
    live_[block] = {usable, owner, pattern};
  }

  void ExpectPattern(const uint8_t* start, const Block& block) {
    const auto changed = [&](uint8_t byte) { return byte != block.pattern; };
    ASSERT_EQ(std::find_if(start, start + block.usable, changed), start + block.usable);
  }

  void ReleaseOne() {
    if (live_.empty()) return;
    auto it = live_.begin();
    std::advance(it, random_.Below(static_cast<uint32_t>(live_.size())));
    ExpectPattern(it->first, it->second);
    ASSERT_TRUE(arena_.pool.Release(it->first));
    ++frees_;
    ASSERT_FALSE(arena_.pool.Release(it->first)) << "released twice";
    ASSERT_EQ(arena_.pool.UsableBytes(it->first), 0u);
    live_.erase(it);
  }

  void ReleaseAll() {
    const uint8_t owner = static_cast<uint8_t>(random_.Below(3) * 127);
    uint32_t count = 0;
    for (auto it = live_.begin(); it != live_.end();) {
      ExpectPattern(it->first, it->second);
      const bool mine = it->second.owner == owner;
      count += mine;
      it = mine ? live_.erase(it) : std::next(it);
    }
    ASSERT_EQ(arena_.pool.ReleaseAll(owner), count);
    frees_ += count;
  }

  void Optimize() {
    const uint32_t before = arena_.pool.Stats().largest_free;
    const uint32_t grown = arena_.pool.Optimize();
    const uint32_t after = arena_.pool.Stats().largest_free;
    ASSERT_EQ(after - before, grown);
    // Now every gap is one block.
    const uint32_t gap = LargestGap();
    ASSERT_EQ(after, gap ? gap - kHeader : 0);
  }

  void TakeTheLargest() {
    const uint32_t largest = arena_.pool.Stats().largest_free;
    if (!largest) return;
    const uint32_t failures = failures_;
    Allocate(largest, 16);
    ASSERT_EQ(failures_, failures) << "largest_free was promised";
  }

  void ReleaseNonsense() {
    const uint32_t capacity = arena_.pool.Stats().capacity;
    for (int i = 0; i < 8; ++i) {
      uint8_t* invented = arena_.begin() + random_.Below(capacity + 64);
      if (random_.Below(2)) invented -= reinterpret_cast<uintptr_t>(invented) % 16;
      if (live_.count(invented)) continue;
      ASSERT_FALSE(arena_.pool.Release(invented));
      ASSERT_EQ(arena_.pool.UsableBytes(invented), 0u);
    }
    ASSERT_FALSE(arena_.pool.Release(nullptr));
  }

  Arena& arena_;
  Random random_;
  std::map<uint8_t*, Block> live_;
  uint32_t peak_ = 0, allocations_ = 0, frees_ = 0, failures_ = 0;
};

TEST(Pool, AgreesWithTheModelThroughRandomLives) {
  for (const size_t capacity : {32, 48, 512, 4096, 65536, 1 << 20}) {
    for (uint64_t life = 0; life < 8; ++life) {
      Arena arena(capacity);
      Model model(&arena, SeededRandom(capacity * 8 + life));
      for (int step = 0; step < 2000; ++step) {
        model.Step();
        model.ExpectStats();
        if (testing::Test::HasFatalFailure())
          FAIL() << "capacity " << capacity << ", step " << step;
      }
      model.ReleaseEverything();
      model.ExpectStats();
      arena.pool.Optimize();
      const PoolStats stats = arena.pool.Stats();
      ASSERT_EQ(stats.used, 0u);
      ASSERT_EQ(stats.largest_free, capacity - kHeader) << "not all was merged";
    }
  }
}

TEST(Pool, HoldsNothingWithoutRoomForABlock) {
  for (const size_t capacity : {0, 16}) {
    Arena arena(capacity);
    EXPECT_EQ(arena.pool.Stats().capacity, 0u);
    EXPECT_EQ(arena.pool.Stats().largest_free, 0u);
    EXPECT_EQ(arena.pool.Allocate(0, 16, 0), nullptr);
    EXPECT_EQ(arena.pool.Allocate(1, 16, 0), nullptr);
    EXPECT_EQ(arena.pool.Stats().failures, 2u);
    EXPECT_EQ(arena.pool.ReleaseAll(0), 0u);
    EXPECT_EQ(arena.pool.Optimize(), 0u);
    EXPECT_FALSE(arena.pool.Release(arena.begin()));
  }
}

TEST(Pool, HoldsOneBlockInItsSmallestMemory) {
  Arena arena(32);
  EXPECT_EQ(arena.pool.Stats().largest_free, 16u);
  EXPECT_EQ(arena.pool.Allocate(17, 16, 0), nullptr);
  void* block = arena.pool.Allocate(16, 16, 0);
  EXPECT_EQ(block, arena.begin() + kHeader);
  EXPECT_EQ(arena.pool.Allocate(0, 16, 0), nullptr);
  EXPECT_TRUE(arena.pool.Release(block));
  EXPECT_EQ(arena.pool.Allocate(0, 16, 0), block);
}

TEST(Pool, RoundsItsCapacityDown) {
  Buffer memory(32);
  EXPECT_EQ(Pool(memory.data(), 127).Stats().capacity, 112u);
}

TEST(Pool, RefusesWhatOverflows) {
  Arena arena(4096);
  for (const size_t bytes : {SIZE_MAX, SIZE_MAX - 15, size_t{1} << 31, size_t{0xfffffff0u}}) {
    EXPECT_EQ(arena.pool.Allocate(bytes, 16, 0), nullptr) << bytes;
  }
  for (const size_t alignment : {SIZE_MAX / 2 + 1, size_t{1} << 31, size_t{4096}}) {
    EXPECT_EQ(arena.pool.Allocate(16, alignment, 0), nullptr) << alignment;
  }
  EXPECT_EQ(arena.pool.Stats().failures, 7u);
  EXPECT_EQ(arena.pool.Stats().largest_free, 4096u - kHeader);
}

TEST(Pool, RecoversFromExhaustion) {
  Arena arena(1 << 16);
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> blocks;
    while (void* block = arena.pool.Allocate(100, 16, 0)) blocks.push_back(block);
    EXPECT_EQ(blocks.size(), (size_t{1} << 16) / 128);
    for (size_t i = 0; i < blocks.size(); i += 2) EXPECT_TRUE(arena.pool.Release(blocks[i]));
    // Half of it is free, in pieces.
    EXPECT_EQ(arena.pool.Allocate(1000, 16, 0), nullptr);
    for (size_t i = 1; i < blocks.size(); i += 2) EXPECT_TRUE(arena.pool.Release(blocks[i]));
    void* all = arena.pool.Allocate((1 << 16) - kHeader, 16, 0);
    EXPECT_NE(all, nullptr);
    EXPECT_TRUE(arena.pool.Release(all));
  }
}

TEST(Pool, ReleasesTheBlocksOfOneOwner) {
  Arena arena(1 << 16);
  std::vector<void*> blocks;
  for (uint32_t i = 0; i < 60; ++i) {
    // Small and large ones, so that some are merged at once and some late.
    blocks.push_back(arena.pool.Allocate(i % 4 ? 40 : 2000, 16, static_cast<uint8_t>(i % 3)));
    ASSERT_NE(blocks.back(), nullptr);
  }
  EXPECT_EQ(arena.pool.ReleaseAll(1), 20u);
  EXPECT_EQ(arena.pool.ReleaseAll(1), 0u);
  EXPECT_EQ(arena.pool.ReleaseAll(77), 0u);
  for (uint32_t i = 0; i < 60; ++i) {
    EXPECT_EQ(arena.pool.Release(blocks[i]), i % 3 != 1) << i;
  }
}

// A payload may hold anything: also what a header looks like.
TEST(Pool, DoesNotTakeACopiedHeaderForABlock) {
  Arena arena(4096);
  uint8_t* a = static_cast<uint8_t*>(arena.pool.Allocate(256, 16, 5));
  uint8_t* b = static_cast<uint8_t*>(arena.pool.Allocate(64, 16, 5));
  std::memcpy(a + 32, b - kHeader, kHeader);
  EXPECT_FALSE(arena.pool.Release(a + 32 + kHeader));
  std::memcpy(a + 64, a - kHeader, kHeader);
  EXPECT_FALSE(arena.pool.Release(a + 64 + kHeader));
  EXPECT_EQ(arena.pool.ReleaseAll(5), 2u);
}

}  // namespace
}  // namespace neural::test

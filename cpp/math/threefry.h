// Threefry-2x32-20: a counter-based generator (Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", 2011). The number at any counter is a pure function of key and
// counter, so that the same seed gives the same numbers in every build; 32-bit additions, rotations
// and exclusive-ors only, since 64-bit products are slow where wasm is compiled to JavaScript.
#pragma once

#include "simd/vec4.h"

namespace neural {

struct RandomPair {
  uint32_t first, second;
};

inline RandomPair Threefry(RandomPair key, RandomPair counter) {
  constexpr int kRotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[3] = {key.first, key.second, 0x1bd11bdau ^ key.first ^ key.second};
  uint32_t x = counter.first + keys[0], y = counter.second + keys[1];
  for (uint32_t round = 0; round < 20; ++round) {
    const int r = kRotations[round % 8];
    x += y;
    y = (y << r | y >> (32 - r)) ^ x;
    if (round % 4 == 3) {
      const uint32_t injection = round / 4 + 1;
      x += keys[injection % 3];
      y += keys[(injection + 1) % 3] + injection;
    }
  }
  return {x, y};
}

// The same at the counters {first, second} of four lanes and {first + 4, second}: two groups, whose
// chains of operations overlap.
struct RandomLanes {
  I32x4 first[2], second[2];
};

inline RandomLanes ThreefryLanes(RandomPair key, I32x4 counter_first, I32x4 counter_second) {
  const auto splat = [](uint32_t v) { return SplatInt(static_cast<int32_t>(v)); };
  const uint32_t third = 0x1bd11bdau ^ key.first ^ key.second;
  const uint32_t keys[3] = {key.first, key.second, third};
  RandomLanes r;
  r.first[0] = AddInt(counter_first, splat(keys[0]));
  r.first[1] = AddInt(r.first[0], SplatInt(4));
  r.second[0] = r.second[1] = AddInt(counter_second, splat(keys[1]));
  const auto round = [&r]<int kRotation>() {
    for (int g = 0; g < 2; ++g) {
      I32x4& x = r.first[g];
      I32x4& y = r.second[g];
      x = AddInt(x, y);
      y = Xor(Or(ShiftLeft<kRotation>(y), ShiftRightLogical<32 - kRotation>(y)), x);
    }
  };
  for (uint32_t injection = 1; injection <= 5; ++injection) {
    if (injection % 2) {
      round.operator()<13>(), round.operator()<15>();
      round.operator()<26>(), round.operator()<6>();
    } else {
      round.operator()<17>(), round.operator()<29>();
      round.operator()<16>(), round.operator()<24>();
    }
    for (int g = 0; g < 2; ++g) {
      r.first[g] = AddInt(r.first[g], splat(keys[injection % 3]));
      r.second[g] = AddInt(r.second[g], splat(keys[(injection + 1) % 3] + injection));
    }
  }
  return r;
}

// Fills values[0 … n-1] with limit·(the first n numbers of RandomStream::NextSigned).
inline void FillSigned(float* values, size_t n, float limit, RandomPair key, uint32_t stream) {
  const I32x4 lanes = SetInt(0, 1, 2, 3), number = SplatInt(static_cast<int32_t>(stream));
  const F32x4 scale = Splat(0x1p-23f), factor = Splat(limit);
  for (size_t i = 0; i < n; i += 16) {
    const RandomLanes random =
        ThreefryLanes(key, AddInt(lanes, SplatInt(static_cast<int32_t>(i / 2))), number);
    for (size_t g = 0; g < 2; ++g) {
      float first[kLanes], second[kLanes];
      Store(first, Mul(factor, Mul(ToFloat(ShiftRight<8>(random.first[g])), scale)));
      Store(second, Mul(factor, Mul(ToFloat(ShiftRight<8>(random.second[g])), scale)));
      const size_t begin = i + 8 * g;
      for (size_t j = 0; j < 8 && begin + j < n; ++j) {
        values[begin + j] = j % 2 ? second[j / 2] : first[j / 2];
      }
    }
  }
}

// A stream of numbers: the key is the seed, the upper half of the counter the stream's number. It
// begins with its number `first`.
class RandomStream {
 public:
  RandomStream(uint32_t seed_low, uint32_t seed_high, uint32_t stream, uint32_t first = 0)
      : key_{seed_low, seed_high}, stream_(stream), index_(first / 2 * 2) {
    if (first % 2) Next();
  }

  uint32_t Next() {
    if (index_ % 2) return pair_[index_++ % 2];
    const RandomPair pair = Threefry(key_, {index_ / 2, stream_});
    pair_[0] = pair.first;
    pair_[1] = pair.second;
    return pair_[index_++ % 2];
  }

  // Uniform in [-1, 1), 24 bits: every value is exact.
  float NextSigned() { return static_cast<float>(static_cast<int32_t>(Next()) >> 8) * 0x1p-23f; }

  // Uniform in [0, bound) without bias (Lemire, 2019). bound is at least 1.
  uint32_t NextBelow(uint32_t bound) {
    uint64_t product = static_cast<uint64_t>(Next()) * bound;
    if (static_cast<uint32_t>(product) < bound) {
      const uint32_t threshold = (0u - bound) % bound;
      while (static_cast<uint32_t>(product) < threshold) {
        product = static_cast<uint64_t>(Next()) * bound;
      }
    }
    return static_cast<uint32_t>(product >> 32);
  }

 private:
  RandomPair key_;
  uint32_t stream_;
  uint32_t index_;
  uint32_t pair_[2] = {};
};

// A permutation of 0 … n-1 (Fisher and Yates; Durstenfeld, 1964).
inline void Shuffle(uint32_t* order, uint32_t n, uint32_t seed_low, uint32_t seed_high,
                    uint32_t stream) {
  RandomStream random(seed_low, seed_high, stream);
  for (uint32_t i = 0; i < n; ++i) order[i] = i;
  for (uint32_t left = n; left > 1; --left) {
    const uint32_t chosen = random.NextBelow(left);
    const uint32_t last = order[left - 1];
    order[left - 1] = order[chosen];
    order[chosen] = last;
  }
}

}  // namespace neural

// How much work is taken into registers at a time. It is a property of the register file, so it
// stands with the vector type; no bit of any result depends on it.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

// The matrix product keeps kTileRows × kTileVectors vectors of the result in registers; elementwise
// kernels work on kVectorsAtOnce vectors, whose chains of operations then overlap.
#if defined(__wasm_simd128__)
// 10 accumulators, 2 vectors of B, 1 of A and 1 product fit the 15 vector registers that V8 leaves
// on x86-64, in the order that kernels/matmul_tile.cpp keeps; in another the loop spills and takes
// twice the time. A 4×2 tile is as fast within a few percent; 6×2, 4×3 and 2×5 spill whatever the
// order.
inline constexpr size_t kTileRows = 5;
inline constexpr size_t kTileVectors = 2;
// Up to this k tiles share a call, which costs as much as a few turns of the loop over k. Beyond, a
// call does one tile: V8 11.3 unrolls loops of less than 50 nodes for each loop around them, and
// the tile's loop, unrolled once, spills and is 20 % slower; V8 13.6 does not mind.
inline constexpr size_t kTileLoopDepth = 32;
inline constexpr size_t kVectorsAtOnce = 2;
// Vectors in each stage of a function in stages. Three are up to 8 % slower, five no faster.
inline constexpr size_t kStageVectors = 4;
#else
// Without vectors each lane takes a register of its own: 2×4 keeps 8 accumulators.
inline constexpr size_t kTileRows = 2;
inline constexpr size_t kTileVectors = 1;
inline constexpr size_t kTileLoopDepth = SIZE_MAX;
inline constexpr size_t kVectorsAtOnce = 1;
inline constexpr size_t kStageVectors = 0;  // Not in stages: lanes are independent as it is.
#endif

}  // namespace neural

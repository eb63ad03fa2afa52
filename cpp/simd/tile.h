// How much work is taken into registers at a time. It is a property of the register file, so it
// stands with the vector type; no bit of any result depends on it.
#pragma once

#include <stddef.h>

namespace neural {

// The matrix product keeps kTileRows × kTileVectors vectors of the result in registers; elementwise
// kernels work on kVectorsAtOnce vectors, whose chains of operations then overlap.
#if defined(__wasm_simd128__)
// 8 accumulators, 2 vectors of B and 1 of A: fits the 15 vector registers that V8 leaves on x86-64.
// One row or one column more spills on some engine and halves the speed.
inline constexpr size_t kTileRows = 4;
inline constexpr size_t kTileVectors = 2;
inline constexpr size_t kVectorsAtOnce = 2;
#else
// Without vectors each lane takes a register of its own: 2×4 keeps 8 accumulators.
inline constexpr size_t kTileRows = 2;
inline constexpr size_t kTileVectors = 1;
inline constexpr size_t kVectorsAtOnce = 1;
#endif

}  // namespace neural

// The register tile of the matrix product: rows × columns of the result that are kept in
// registers. It is a property of the register file, so it stands with the vector type; results do
// not depend on it, since every element is one chain of additions in the order of k.
#pragma once

#include <stddef.h>

namespace neural {

#if defined(__wasm_simd128__)
// 8 accumulators, 2 vectors of B and 1 of A: fits the 15 vector registers that V8 leaves on x86-64.
// One row or one column more spills on some engine and halves the speed.
inline constexpr size_t kTileRows = 4;
inline constexpr size_t kTileVectors = 2;
#else
// Without vectors each lane takes a register of its own: 2×4 keeps 8 accumulators.
inline constexpr size_t kTileRows = 2;
inline constexpr size_t kTileVectors = 1;
#endif

}  // namespace neural

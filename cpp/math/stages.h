// Functions of an exponential, cut into three stages of about the same length.
//
// Each is one long chain of operations. A processor that is given the chains one after the other
// has room for a few of them in its queue, and waits; given the last stage of one, the middle of
// the next and the first of the one after that, it always finds something to do: see ForEachVector
// in kernels/elementwise.h.
#pragma once

#include "simd/vec4.h"

namespace neural {

// What goes from stage to stage: a power of two, or its exponent, and r, of which the middle stage
// makes e^r - 1.
struct ExpStage {
  F32x4 scale, value;
};

// F::Begin(x), F::Middle(r) and F::End(stage, x), one after the other. All are inlined by force: in
// a build without vectors four lanes seem too long to the compiler, and calls that hand them on by
// way of memory took twice as long as all the rest.
template <class F>
struct InStages {
  [[gnu::always_inline]] static F32x4 Apply(F32x4 x) {
    const ExpStage stage = F::Begin(x);
    return F::End({stage.scale, F::Middle(stage.value)}, x);
  }
};

}  // namespace neural

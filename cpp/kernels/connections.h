// Rules that change the weights of connections between neurons, one deterministic step each.
//
// Weights are rows × columns, row-major; `out` may be the weights. Each rule ends with a clamp to
// [low, high].
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

enum class ConnectionRule : uint32_t {
  kBistable,     // w - η·2w(1-w)(1-2w): a gradient step on w²(1-w)², towards 0 or 1
  kHebbian,      // w + η·post·pre - decay·w (Hebb, 1949)
  kOja,          // w + η·post·(pre - post·w) (Oja, 1982)
  kHomeostatic,  // w·target/Σrow; a row whose sum is 0 stays (Turrigiano, 2008)
  kPrune,        // 0 where |w| < threshold
  kJitter,       // w + a number in [-0.05, 0.05) drawn from the seed
};

struct ConnectionSettings {
  ConnectionRule rule;
  float eta;
  float decay;
  float target;
  float threshold;
  float low, high;
  uint32_t seed_low, seed_high;
};

// pre: columns values, post: rows values; both only for kHebbian and kOja, else null.
void OptimizeConnections(const ConnectionSettings& settings, const float* weights, const float* pre,
                         const float* post, float* out, size_t rows, size_t columns);

}  // namespace neural

// Rules that change the weights of connections between neurons, one deterministic step each.
//
// Weights are rows × columns, row-major; `out` may be the weights. Each rule ends with a clamp to
// [low, high].
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

enum class ConnectionRule : uint32_t {
  kBistable,     // w - rate·2w(1-w)(1-2w): a gradient step on w²(1-w)², towards 0 or 1
  kHebbian,      // w + rate·post·pre - decay·w (Hebb, 1949)
  kOja,          // w + rate·post·(pre - post·w) (Oja, 1982)
  kHomeostatic,  // w·rate/Σrow, so that rate is the row's sum; one whose sum is 0 stays
                 // (Turrigiano, 2008)
  kPrune,        // 0 where |w| < rate
  kJitter,       // w + a number in [-0.05, 0.05) drawn from the seed
};
inline constexpr uint32_t kConnectionRules = 6;

// True for the rules that read pre and post.
inline bool NeedsActivity(ConnectionRule rule) {
  return rule == ConnectionRule::kHebbian || rule == ConnectionRule::kOja;
}

struct ConnectionSettings {
  ConnectionRule rule;
  float rate;
  float decay;
  float low, high;
  uint32_t seed_low, seed_high;
  // Of the first weight: a long array may be worked on in pieces and draws the same numbers.
  uint32_t first_index = 0;
};

// pre: columns values, post: rows values; both only for kHebbian and kOja, else null.
void OptimizeConnections(const ConnectionSettings& settings, const float* weights, const float* pre,
                         const float* post, float* out, size_t rows, size_t columns);

}  // namespace neural

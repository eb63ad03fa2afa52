#include "kernels/connections.h"

#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "math/threefry.h"

namespace neural {

namespace {

// w·(1 - w)·(1 - 2w) keeps its zeros at 0, ½ and 1 exact.
void Bistable(const float* w, float eta, float* out, size_t n) {
  const F32x4 step = Splat(-2.0f * eta), one = Splat(1.0f);
  Map(w, out, n, [=](F32x4 v) {
    const F32x4 slope = Mul(Mul(v, Sub(one, v)), Sub(one, Add(v, v)));
    return MulAdd(step, slope, v);
  });
}

void Hebbian(const ConnectionSettings& s, const float* w, const float* pre, float post, float* out,
             size_t columns) {
  const F32x4 rate = Splat(s.rate * post), decay = Splat(s.decay);
  Zip(w, pre, out, columns,
      [=](F32x4 v, F32x4 x) { return Sub(MulAdd(rate, x, v), Mul(decay, v)); });
}

void Oja(const ConnectionSettings& s, const float* w, const float* pre, float post, float* out,
         size_t columns) {
  const F32x4 rate = Splat(s.rate * post), activity = Splat(post);
  Zip(w, pre, out, columns,
      [=](F32x4 v, F32x4 x) { return MulAdd(rate, Sub(x, Mul(activity, v)), v); });
}

void Homeostatic(float target, const float* w, float* out, size_t columns) {
  const float sum = Sum(w, columns);
  Scale(w, sum == 0 ? 1.0f : target / sum, out, columns);
}

void Prune(float threshold, const float* w, float* out, size_t n) {
  const F32x4 limit = Splat(threshold);
  Map(w, out, n, [=](F32x4 v) { return Select(Less(Abs(v), limit), Zero(), v); });
}

void Jitter(const ConnectionSettings& s, const float* w, float* out, size_t n) {
  RandomStream random(s.seed_low, s.seed_high, 0, s.first_index);
  for (size_t i = 0; i < n; ++i) out[i] = w[i] + 0.05f * random.NextSigned();
}

}  // namespace

void OptimizeConnections(const ConnectionSettings& s, const float* weights, const float* pre,
                         const float* post, float* out, size_t rows, size_t columns) {
  const size_t n = rows * columns;
  switch (s.rule) {
    case ConnectionRule::kBistable:
      Bistable(weights, s.rate, out, n);
      break;
    case ConnectionRule::kPrune:
      Prune(s.rate, weights, out, n);
      break;
    case ConnectionRule::kJitter:
      Jitter(s, weights, out, n);
      break;
    case ConnectionRule::kHebbian:
    case ConnectionRule::kOja:
    case ConnectionRule::kHomeostatic:
      for (size_t r = 0; r < rows; ++r) {
        const float* row = weights + r * columns;
        float* target = out + r * columns;
        if (s.rule == ConnectionRule::kHebbian) {
          Hebbian(s, row, pre, post[r], target, columns);
        } else if (s.rule == ConnectionRule::kOja) {
          Oja(s, row, pre, post[r], target, columns);
        } else {
          Homeostatic(s.rate, row, target, columns);
        }
      }
      break;
  }
  Clamp(out, s.low, s.high, out, n);
}

}  // namespace neural

#include "nn/optimizer.h"

#include "simd/vec4.h"

namespace neural {

namespace {

// What a rule sees of four parameters, and changes.
struct Four {
  F32x4 w, g, first, second;
};

// Applies `rule` to all, the tail padded with zeros. kMoments arrays follow one another.
template <uint32_t kMoments, class Rule>
void UpdateEach(float* w, const float* g, float* moments, size_t n, Rule rule) {
  float* first = moments;
  float* second = moments + (kMoments > 1 ? n : 0);
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Four p = {Load(w + i), Load(g + i), Zero(), Zero()};
    if constexpr (kMoments > 0) p.first = Load(first + i);
    if constexpr (kMoments > 1) p.second = Load(second + i);
    rule(p);
    Store(w + i, p.w);
    if constexpr (kMoments > 0) Store(first + i, p.first);
    if constexpr (kMoments > 1) Store(second + i, p.second);
  }
  if (i == n) return;
  const size_t rest = n - i;
  Four p = {LoadPartial(w + i, rest), LoadPartial(g + i, rest), Zero(), Zero()};
  if constexpr (kMoments > 0) p.first = LoadPartial(first + i, rest);
  if constexpr (kMoments > 1) p.second = LoadPartial(second + i, rest);
  rule(p);
  StorePartial(w + i, p.w, rest);
  if constexpr (kMoments > 0) StorePartial(first + i, p.first, rest);
  if constexpr (kMoments > 1) StorePartial(second + i, p.second, rest);
}

// v = decay·v + (1 - decay)·g²
struct MeanSquare {
  F32x4 decay, rest;
  explicit MeanSquare(float beta) : decay(Splat(beta)), rest(Splat(1.0f - beta)) {}
  F32x4 operator()(F32x4 v, F32x4 g) const { return MulAdd(decay, v, Mul(rest, Mul(g, g))); }
};

void UpdateAdam(const OptimizerSettings& s, float rate, OptimizerState* state, float* w,
                const float* g, float* moments, size_t n) {
  // The corrections 1/(1 - βᵗ) for the moments' start at zero are computed in f64.
  state->beta1 *= s.beta1;
  state->beta2 *= s.beta2;
  const F32x4 beta1 = Splat(s.beta1), rest1 = Splat(1.0f - s.beta1), epsilon = Splat(s.epsilon);
  const MeanSquare mean_square(s.beta2);
  const F32x4 step = Splat(static_cast<float>(-rate / (1 - state->beta1)));
  const F32x4 correction = Splat(static_cast<float>(1 / (1 - state->beta2)));
  UpdateEach<2>(w, g, moments, n, [=](Four& p) {
    p.first = MulAdd(beta1, p.first, Mul(rest1, p.g));
    p.second = mean_square(p.second, p.g);
    const F32x4 scale = Add(Sqrt(Mul(p.second, correction)), epsilon);
    p.w = Add(p.w, Div(Mul(step, p.first), scale));
  });
}

// A step grows while the gradient keeps its sign. Where the sign changes the step shrinks, and the
// gradient counts as zero: now, and when the next one is compared with it.
void UpdateRprop(const OptimizerSettings& s, float rate, OptimizerState* state, float* w,
                 const float* g, float* moments, size_t n) {
  if (!state->updates) {
    for (size_t i = 0; i < n; ++i) moments[n + i] = rate;
  }
  const F32x4 growth = Splat(s.growth), shrink = Splat(s.shrink);
  const F32x4 smallest = Splat(s.smallest), largest = Splat(s.largest);
  UpdateEach<2>(w, g, moments, n, [=](Four& p) {
    const I32x4 up = Less(Zero(), p.g), down = Less(p.g, Zero());
    const I32x4 was_up = Less(Zero(), p.first), was_down = Less(p.first, Zero());
    const I32x4 kept = Or(And(up, was_up), And(down, was_down));
    const I32x4 turned = Or(And(up, was_down), And(down, was_up));
    const F32x4 grown = PseudoMin(Mul(p.second, growth), largest);
    const F32x4 shrunk = PseudoMax(Mul(p.second, shrink), smallest);
    p.second = Select(kept, grown, Select(turned, shrunk, p.second));
    p.first = Select(turned, Zero(), p.g);
    const F32x4 step = CopySign(p.second, p.first);
    p.w = Sub(p.w, Select(Equal(p.first, Zero()), Zero(), step));
  });
}

// With the slope s = -g, the last one p and the last change d: the change is d·s/(p - s), the way
// to the lowest point of the parabola through both, but µ·d where the slope has not fallen enough
// for that; η·s is added unless the slope has changed its sign. The first change is η·s.
void UpdateQuickprop(const OptimizerSettings& s, float rate, float* w, const float* g,
                     float* moments, size_t n) {
  const F32x4 eta = Splat(rate), growth = Splat(s.growth);
  const F32x4 shrink = Splat(s.growth / (1.0f + s.growth));
  UpdateEach<2>(w, g, moments, n, [=](Four& p) {
    // Reflected so that the last change goes up: one case serves both directions.
    const F32x4 size = Abs(p.second);
    const auto reflect = [&p](F32x4 v) { return Select(Less(p.second, Zero()), Negate(v), v); };
    const F32x4 slope = reflect(Negate(p.g)), last = reflect(Negate(p.first));
    const I32x4 steep = Less(Mul(shrink, last), slope);
    // Where both slopes are denormal the quotient may overflow; it is bounded like the rest.
    const F32x4 parabola = Div(Mul(size, slope), Sub(last, slope));
    const F32x4 most = Mul(growth, size);
    const F32x4 bounded = PseudoMax(PseudoMin(parabola, most), Negate(most));
    F32x4 change = Select(steep, most, bounded);
    const F32x4 gradient_step = Mul(eta, slope);
    change = Add(change, Select(Less(Zero(), slope), gradient_step, Zero()));
    change = Select(Equal(p.second, Zero()), gradient_step, change);
    p.second = reflect(change);
    p.first = p.g;
    p.w = Add(p.w, p.second);
  });
}

}  // namespace

void Update(const OptimizerSettings& s, float rate, OptimizerState* state, float* w, const float* g,
            float* moments, size_t n) {
  const F32x4 step = Splat(-rate), momentum = Splat(s.momentum);
  switch (s.kind) {
    case Optimizer::kSgd:
      UpdateEach<0>(w, g, moments, n, [=](Four& p) { p.w = MulAdd(step, p.g, p.w); });
      break;
    case Optimizer::kMomentum:
      UpdateEach<1>(w, g, moments, n, [=](Four& p) {
        p.first = MulAdd(momentum, p.first, p.g);
        p.w = MulAdd(step, p.first, p.w);
      });
      break;
    case Optimizer::kNesterov:
      UpdateEach<1>(w, g, moments, n, [=](Four& p) {
        p.first = MulAdd(momentum, p.first, p.g);
        p.w = MulAdd(step, MulAdd(momentum, p.first, p.g), p.w);
      });
      break;
    case Optimizer::kRmsprop: {
      const MeanSquare mean_square(s.beta2);
      const F32x4 epsilon = Splat(s.epsilon);
      UpdateEach<1>(w, g, moments, n, [=](Four& p) {
        p.first = mean_square(p.first, p.g);
        p.w = Add(p.w, Div(Mul(step, p.g), Add(Sqrt(p.first), epsilon)));
      });
      break;
    }
    case Optimizer::kAdam:
    case Optimizer::kAdamW:
      UpdateAdam(s, rate, state, w, g, moments, n);
      break;
    case Optimizer::kRprop:
      UpdateRprop(s, rate, state, w, g, moments, n);
      break;
    case Optimizer::kQuickprop:
      UpdateQuickprop(s, rate, w, g, moments, n);
      break;
  }
  ++state->updates;
}

}  // namespace neural

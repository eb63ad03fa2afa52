#include "kernels/activation.h"

#include "kernels/elementwise.h"

namespace neural {

namespace {

template <class F>
concept HasDerivativeFromInput = requires(F32x4 v) { F::DerivativeFromInput(v, v); };
template <class F>
concept HasDerivativeFromOutput = requires(F32x4 v) { F::DerivativeFromOutput(v, v); };

template <class F>
F32x4 AlphaOf(float alpha) {
  return Splat(alpha != alpha ? F::kAlpha : alpha);
}

template <class F>
void ActivateWith(const float* x, float* out, size_t n, float alpha_or_nan) {
  const F32x4 alpha = AlphaOf<F>(alpha_or_nan);
  const auto forward = [=](F32x4 v) { return F::Forward(v, alpha); };
  if constexpr (requires { typename F::Stages; }) {
    MapInStages<typename F::Stages>(x, out, n);
  } else if constexpr (F::kMaxUlp == 0) {  // A comparison or two.
    Map(x, out, n, forward);
  } else {
    MapLong(x, out, n, forward);
  }
}

template <F32x4 (*kDerivative)(F32x4, F32x4)>
void MultiplyBy(const float* values, float* gradient, size_t n, F32x4 alpha) {
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t count = n - i < kLanes ? n - i : kLanes;
    const F32x4 v = count == kLanes ? Load(values + i) : LoadPartial(values + i, count);
    const F32x4 derivative = kDerivative(v, alpha);
    if (count == kLanes) {
      Store(gradient + i, Mul(Load(gradient + i), derivative));
    } else {
      StorePartial(gradient + i, Mul(LoadPartial(gradient + i, count), derivative), count);
    }
  }
}

template <class F>
void MultiplyByDerivativeFromInput(const float* x, float* gradient, size_t n, float alpha) {
  MultiplyBy<F::DerivativeFromInput>(x, gradient, n, AlphaOf<F>(alpha));
}
template <class F>
void MultiplyByDerivativeFromOutput(const float* y, float* gradient, size_t n, float alpha) {
  MultiplyBy<F::DerivativeFromOutput>(y, gradient, n, AlphaOf<F>(alpha));
}

// One function for each activation, called through a table: engines compile a function when it is
// called first, and one with all the loops in it would cost every load some milliseconds.
struct Functions {
  void (*activate)(const float*, float*, size_t, float);
  // At least one of them is there.
  void (*derivative_from_input)(const float*, float*, size_t, float);
  void (*derivative_from_output)(const float*, float*, size_t, float);
};

template <class F>
constexpr Functions MakeFunctions() {
  Functions f = {ActivateWith<F>, nullptr, nullptr};
  if constexpr (HasDerivativeFromInput<F>) {
    f.derivative_from_input = MultiplyByDerivativeFromInput<F>;
  }
  if constexpr (HasDerivativeFromOutput<F>) {
    f.derivative_from_output = MultiplyByDerivativeFromOutput<F>;
  }
  return f;
}

#define NEURAL_FUNCTIONS(Name, name) MakeFunctions<activation::Name>(),
constexpr Functions kFunctions[] = {NEURAL_ACTIVATIONS(NEURAL_FUNCTIONS)};
#undef NEURAL_FUNCTIONS

const Functions& FunctionsOf(Activation kind) { return kFunctions[static_cast<uint32_t>(kind)]; }

}  // namespace

void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters) {
  // In a pass of its own: a factor that is nearly always 1 would cost every step of every loop.
  if (parameters.gain != 1.0f) {
    Scale(x, parameters.gain, out, n);
    x = out;
  }
  FunctionsOf(kind).activate(x, out, n, parameters.alpha);
}

bool DerivativeNeedsInput(Activation kind) { return !FunctionsOf(kind).derivative_from_output; }

void MultiplyByDerivative(Activation kind, const float* values, float* gradient, size_t n) {
  if (kind == Activation::kLinear) return;
  const Functions& f = FunctionsOf(kind);
  const bool needs_input = !f.derivative_from_output;
  const auto multiply = needs_input ? f.derivative_from_input : f.derivative_from_output;
  multiply(values, gradient, n, kDefaultAlpha);
}

void ActivationGradient(Activation kind, const float* x, float* out, size_t n,
                        ActivationParameters parameters) {
  const Functions& f = FunctionsOf(kind);
  constexpr size_t kPiece = 64;
  float values[kPiece];
  for (size_t begin = 0; begin < n; begin += kPiece) {
    const size_t count = n - begin < kPiece ? n - begin : kPiece;
    float* gradient = out + begin;
    Scale(x + begin, parameters.gain, values, count);
    // A derivative that is chosen by comparisons would lose NaN; as a factor it stays.
    const F32x4 gain = Splat(parameters.gain);
    Map(values, gradient, count, [=](F32x4 v) { return Select(Equal(v, v), gain, v); });
    if (f.derivative_from_input) {
      f.derivative_from_input(values, gradient, count, parameters.alpha);
    } else {
      f.activate(values, values, count, parameters.alpha);
      f.derivative_from_output(values, gradient, count, parameters.alpha);
    }
  }
}

}  // namespace neural

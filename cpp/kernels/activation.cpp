#include "kernels/activation.h"

#include "kernels/elementwise.h"

namespace neural {

namespace {

template <class F>
concept TakesInput = requires(F32x4 v) { F::DerivativeFromInput(v, v); };

template <class F>
void ActivateWith(const float* x, float* out, size_t n, ActivationParameters parameters) {
  const bool is_default = parameters.alpha != parameters.alpha;
  const F32x4 alpha = Splat(is_default ? F::kAlpha : parameters.alpha);
  // Multiplied even by 1: the product changes no bit, and a second loop would double the code.
  const F32x4 gain = Splat(parameters.gain);
  const auto forward = [=](F32x4 v) { return F::Forward(Mul(gain, v), alpha); };
  if constexpr (F::kMaxUlp == 0) {  // A comparison or two.
    Map(x, out, n, forward);
  } else {
    MapLong(x, out, n, forward);
  }
}

template <class F>
void MultiplyByDerivativeOf(const float* values, float* gradient, size_t n) {
  const F32x4 alpha = Splat(F::kAlpha);
  for (size_t i = 0; i < n; i += kLanes) {
    const size_t count = n - i < kLanes ? n - i : kLanes;
    const F32x4 v = count == kLanes ? Load(values + i) : LoadPartial(values + i, count);
    F32x4 derivative;
    if constexpr (TakesInput<F>) {
      derivative = F::DerivativeFromInput(v, alpha);
    } else {
      derivative = F::DerivativeFromOutput(v, alpha);
    }
    if (count == kLanes) {
      Store(gradient + i, Mul(Load(gradient + i), derivative));
    } else {
      StorePartial(gradient + i, Mul(LoadPartial(gradient + i, count), derivative), count);
    }
  }
}

// One function for each activation, called through a table: engines compile a function when it is
// called first, and one with all the loops in it would cost every load some milliseconds.
struct Functions {
  void (*activate)(const float*, float*, size_t, ActivationParameters);
  void (*multiply_by_derivative)(const float*, float*, size_t);
  bool derivative_needs_input;
};

template <class F>
constexpr Functions kFunctionsOf = {ActivateWith<F>, MultiplyByDerivativeOf<F>, TakesInput<F>};

#define NEURAL_FUNCTIONS(Name, name) kFunctionsOf<activation::Name>,
constexpr Functions kFunctions[] = {NEURAL_ACTIVATIONS(NEURAL_FUNCTIONS)};
#undef NEURAL_FUNCTIONS

const Functions& FunctionsOf(Activation kind) { return kFunctions[static_cast<uint32_t>(kind)]; }

}  // namespace

void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters) {
  FunctionsOf(kind).activate(x, out, n, parameters);
}

bool DerivativeNeedsInput(Activation kind) { return FunctionsOf(kind).derivative_needs_input; }

void MultiplyByDerivative(Activation kind, const float* values, float* gradient, size_t n) {
  if (kind != Activation::kLinear) FunctionsOf(kind).multiply_by_derivative(values, gradient, n);
}

}  // namespace neural

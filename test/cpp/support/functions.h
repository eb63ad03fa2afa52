// The tables of what is tested: a new function or activation is one line here, and the accuracy
// tests, the exhaustive test and the comparison of the builds take it up.
#pragma once

#include <cmath>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "kernels/activation.h"
#include "kernels/elementwise.h"
#include "support/activation_references.h"
#include "support/bits.h"

namespace neural::test {

// A kernel that maps floats one by one, what it approximates, and how closely.
struct Function {
  std::string name;
  double max_ulp;
  float largest;  // The bound holds up to this magnitude.
  double (*reference)(double x, double alpha);
  double alpha;
  std::function<void(const float* x, float* out, size_t n)> kernel;
};

inline void PrintTo(const Function& f, std::ostream* out) { *out << f.name; }

inline double Exact(const Function& f, float x) { return f.reference(x, f.alpha); }

inline Function ActivationFunction(const ActivationReference& a, float alpha = kNan) {
  Function f = {a.name, 0, 0, a.value, alpha, {}};
  VisitActivation(a.kind, [&f](auto form) {
    f.max_ulp = decltype(form)::kMaxUlp;
    f.largest = decltype(form)::kLargest;
    if (f.alpha != f.alpha) f.alpha = decltype(form)::kAlpha;
  });
  f.kernel = [=](const float* x, float* out, size_t n) {
    Activate(a.kind, x, out, n, {.gain = 1, .alpha = alpha});
  };
  return f;
}

// What is in math/ and not here comes in through the activations.
inline const std::vector<Function>& Functions() {
  static const std::vector<Function> functions = [] {
    constexpr float kAll = std::numeric_limits<float>::max();
    std::vector<Function> f = {
        {"exp", Exp::kMaxUlp, kAll, [](double x, double) { return std::exp(x); }, 0, ExpArray},
        {"log", Log::kMaxUlp, kAll, [](double x, double) { return std::log(x); }, 0, LogArray},
    };
    for (const ActivationReference& a : kActivations) f.push_back(ActivationFunction(a));
    return f;
  }();
  return functions;
}

inline const Function& FunctionNamed(const std::string& name) {
  for (const Function& f : Functions()) {
    if (f.name == name) return f;
  }
  std::abort();
}

inline float Evaluate(const Function& function, float x) {
  float y;
  function.kernel(&x, &y, 1);
  return y;
}

}  // namespace neural::test

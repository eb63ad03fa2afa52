// The elementwise kernels as one table: the kernel, and one element of it in plain C++.
#pragma once

#include "kernels/elementwise.h"
#include "support/functions.h"
#include "support/mul_add.h"

namespace neural::test {

struct Elementwise {
  const char* name;
  void (*kernel)(const float* a, const float* b, float* out, size_t n);  // Unary ones ignore b.
  float (*element)(float a, float b);
};

inline void PrintTo(const Elementwise& e, std::ostream* out) { *out << e.name; }

inline constexpr float kFactor = -0.7f, kLow = -1.5f, kHigh = 2.25f;

inline const Elementwise kElementwise[] = {
    {"add", AddArrays, [](float a, float b) { return a + b; }},
    {"sub", SubArrays, [](float a, float b) { return a - b; }},
    {"mul", MulArrays, [](float a, float b) { return a * b; }},
    {"div", DivArrays, [](float a, float b) { return a / b; }},
    {"min", MinArrays,
     [](float a, float b) {
       if (a != a || b != b) return kNan;
       if (a == b) return std::signbit(a) ? a : b;
       return a < b ? a : b;
     }},
    {"max", MaxArrays,
     [](float a, float b) {
       if (a != a || b != b) return kNan;
       if (a == b) return std::signbit(a) ? b : a;
       return a < b ? b : a;
     }},
    {"axpy",
     [](const float* a, const float* b, float* out, size_t n) { Axpy(kFactor, a, b, out, n); },
     [](float a, float b) { return MulAddOf(kFactor, a, b); }},
    {"lerp", [](const float* a, const float* b, float* out, size_t n) { Lerp(a, b, 0.3f, out, n); },
     [](float a, float b) {
       const float from = (1.0f - 0.3f) * a;
       return MulAddOf(0.3f, b, from);
     }},
    {"scale", [](const float* a, const float*, float* out, size_t n) { Scale(a, kFactor, out, n); },
     [](float a, float) { return a * kFactor; }},
    {"add_scalar",
     [](const float* a, const float*, float* out, size_t n) { AddScalar(a, kFactor, out, n); },
     [](float a, float) { return a + kFactor; }},
    {"clamp",
     [](const float* a, const float*, float* out, size_t n) { Clamp(a, kLow, kHigh, out, n); },
     [](float a, float) { return a < kLow    ? kLow
                                 : a > kHigh ? kHigh
                                             : a; }},
    {"abs", [](const float* a, const float*, float* out, size_t n) { AbsArray(a, out, n); },
     [](float a, float) { return std::fabs(a); }},
    {"neg", [](const float* a, const float*, float* out, size_t n) { NegateArray(a, out, n); },
     [](float a, float) { return std::copysign(a, std::signbit(a) ? 1.0f : -1.0f); }},
    {"square", [](const float* a, const float*, float* out, size_t n) { Square(a, out, n); },
     [](float a, float) { return a * a; }},
    {"sqrt", [](const float* a, const float*, float* out, size_t n) { SqrtArray(a, out, n); },
     [](float a, float) { return std::sqrt(a); }},
    // How close these are to the truth is the accuracy test's; here each must be the same at every
    // position and for every length.
    {"exp", [](const float* a, const float*, float* out, size_t n) { ExpArray(a, out, n); },
     [](float a, float) { return Evaluate(FunctionNamed("exp"), a); }},
    {"log", [](const float* a, const float*, float* out, size_t n) { LogArray(a, out, n); },
     [](float a, float) { return Evaluate(FunctionNamed("log"), a); }},
};

}  // namespace neural::test

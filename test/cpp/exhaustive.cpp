// The error of every function over all 2^32 floats, as a table of the bound that its source states
// and the worst that there is: npm run test:exhaustive.
//
//   exhaustive             all functions
//   exhaustive <name> …    some
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "support/functions.h"

namespace neural::test {
namespace {

constexpr uint64_t kPatterns = uint64_t{1} << 32;
constexpr uint32_t kBatch = 4096;
constexpr uint64_t kShare = uint64_t{1} << 22;  // What a thread takes at a time.

struct Worst {
  double ulp = 0;
  float x = 0;
  float y = 0;
  void Consider(const Worst& other) {
    if (other.ulp > ulp) *this = other;
  }
};

// Within the bound the error of the float is compared; beyond a function's range only that no
// number becomes NaN.
double ErrorAt(const Function& f, float x, float y) {
  if (!(std::fabs(x) > f.largest) || std::isinf(x)) return UlpError(y, Exact(f, x));
  return y != y ? std::numeric_limits<double>::infinity() : 0;
}

Worst WorstOfShare(const Function& f, uint64_t begin) {
  float x[kBatch], y[kBatch];
  Worst worst;
  for (uint64_t batch = begin; batch < begin + kShare; batch += kBatch) {
    for (uint32_t i = 0; i < kBatch; ++i) x[i] = FromBits(static_cast<uint32_t>(batch + i));
    f.kernel(x, y, kBatch);
    for (uint32_t i = 0; i < kBatch; ++i) worst.Consider({ErrorAt(f, x[i], y[i]), x[i], y[i]});
  }
  return worst;
}

Worst WorstOfAll(const Function& f) {
  const unsigned count = std::max(1u, std::thread::hardware_concurrency());
  std::vector<Worst> worsts(count);
  std::vector<std::thread> threads;
  std::atomic<uint64_t> next = 0;
  for (unsigned t = 0; t < count; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t begin = next += kShare; begin <= kPatterns; begin = next += kShare) {
        worsts[t].Consider(WorstOfShare(f, begin - kShare));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Worst worst;
  for (const Worst& w : worsts) worst.Consider(w);
  return worst;
}

bool IsWanted(const Function& f, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (f.name == argv[i]) return true;
  }
  return argc == 1;
}

}  // namespace
}  // namespace neural::test

int main(int argc, char** argv) {
  using namespace neural::test;
  std::printf("%-21s %5s  %10s  at\n", "function", "bound", "worst, ULP");
  int failed = 0, tested = 0;
  for (const Function& f : Functions()) {
    if (!IsWanted(f, argc, argv)) continue;
    ++tested;
    const Worst worst = WorstOfAll(f);
    const bool holds = worst.ulp <= f.max_ulp;
    failed += !holds;
    std::printf("%-21s %5g  %10.4f  %.9g (0x%08x), where it is %.9g%s\n", f.name.c_str(), f.max_ulp,
                worst.ulp, worst.x, BitsOf(worst.x), worst.y, holds ? "" : "  EXCEEDED");
    std::fflush(stdout);
  }
  if (tested == 0) std::fprintf(stderr, "no function of that name\n");
  return failed || !tested ? 1 : 0;
}

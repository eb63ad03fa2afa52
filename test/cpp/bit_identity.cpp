// Prints a hash of what every kernel gives for the same inputs. Compiled for every build; the lines
// of all of them must be the same (scripts/compare-bits.mjs).
//
//   bit_identity          "<hash> <number of values> <case>" for each case, then "end <cases>"
//   bit_identity <case>   the values of one case, to find where builds part
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "kernels/connections.h"
#include "kernels/neurons.h"
#include "kernels/reduce.h"
#include "kernels/softmax.h"
#include "math/threefry.h"
#include "support/elementwise.h"
#include "support/inputs.h"
#include "support/matmul_reference.h"
#include "support/network_fixture.h"

namespace neural::test {
namespace {

std::string_view wanted_case;
int cases = 0;

// Two different hashes of 32 bits: products of 64 bits are slow where wasm is compiled to
// JavaScript.
class Hash {
 public:
  void Add(uint32_t word) {
    low_ = Mix(low_ ^ word);
    high_ = Mix(high_ + word);
  }
  uint64_t value() const { return uint64_t{high_} << 32 | low_; }

 private:
  static uint32_t Mix(uint32_t h) {  // The finaliser of MurmurHash3 (Appleby, 2011): a bijection.
    h ^= h >> 16, h *= 0x85ebca6bu;
    h ^= h >> 13, h *= 0xc2b2ae35u;
    return h ^ h >> 16;
  }
  uint32_t low_ = 1, high_ = 2;
};

void RecordWords(const std::string& name, const uint32_t* words, size_t n) {
  ++cases;
  if (!wanted_case.empty()) {
    for (size_t i = 0; name == wanted_case && i < n; ++i) std::printf("%zu %08x\n", i, words[i]);
    return;
  }
  Hash hash;
  for (size_t i = 0; i < n; ++i) hash.Add(words[i]);
  std::printf("%016" PRIx64 " %zu %s\n", hash.value(), n, name.c_str());
}

void Record(const std::string& name, const std::vector<float>& values) {
  std::vector<uint32_t> words;
  for (const float v : values) words.push_back(CanonicalBits(v));
  RecordWords(name, words.data(), words.size());
}

void RecordDoubles(const std::string& name, const std::vector<double>& values) {
  std::vector<uint32_t> words;
  for (const double v : values) {
    const uint64_t bits = std::bit_cast<uint64_t>(v != v ? double{kNan} : v);
    words.push_back(static_cast<uint32_t>(bits));
    words.push_back(static_cast<uint32_t>(bits >> 32));
  }
  RecordWords(name, words.data(), words.size());
}

std::vector<float> Strided(uint32_t stride) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += stride) {
    x.push_back(FromBits(static_cast<uint32_t>(bits)));
  }
  return x;
}

void MathFunctions() {
  const std::vector<float> x = Strided(4099);  // A prime.
  std::vector<float> y(x.size());
  for (const Function& f : Functions()) {
    f.kernel(x.data(), y.data(), x.size());
    Record(f.name, y);
  }
}

void Activations() {
  Random random(1);
  for (const ActivationReference& a : kActivations) {
    const std::string name = a.name;
    for (const size_t n : kSizes) {
      const std::vector<float> x = random.HostileArray(n);
      std::vector<float> y(n), gradient = random.HostileArray(n);
      Activate(a.kind, x.data(), y.data(), n, {.gain = -0.3f, .alpha = 0.7f});
      Record(name + " gain alpha " + std::to_string(n), y);
      MultiplyByDerivative(a.kind, x.data(), gradient.data(), n);
      Record(name + " derivative " + std::to_string(n), gradient);
      ActivationGradient(a.kind, x.data(), y.data(), n, {.gain = 1.3f, .alpha = -0.2f});
      Record(name + " gradient " + std::to_string(n), y);
    }
    const std::vector<float> x = Strided(65521);
    std::vector<float> derivative(x.size(), 1.0f);
    MultiplyByDerivative(a.kind, x.data(), derivative.data(), x.size());
    Record(name + " derivative", derivative);
  }
}

void ElementwiseKernels() {
  Random random(2);
  for (const Elementwise& e : kElementwise) {
    for (const size_t n : kSizes) {
      const std::vector<float> a = random.HostileArray(n), b = random.HostileArray(n);
      std::vector<float> out(n);
      e.kernel(a.data(), b.data(), out.data(), n);
      Record(std::string(e.name) + " " + std::to_string(n), out);
    }
  }
}

// Numbers of one reduction each, for ordinary, hostile and very large or small values.
void Reductions() {
  Random random(3);
  for (const size_t n : {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257, 4097, 9000}) {
    for (const int kind : {0, 1, 2, 3}) {
      const float scale = kind == 2 ? 0x1p-80f : kind == 3 ? 0x1p70f : 1;
      const auto draw = [&] {
        return kind == 1 ? random.HostileArray(n) : random.SignedArray(n, scale);
      };
      const std::vector<float> a = draw(), b = draw();
      std::vector<float> unit(n);
      Normalize(a.data(), unit.data(), n);
      const std::string suffix = " " + std::to_string(n) + " kind " + std::to_string(kind);
      Record("reductions" + suffix,
             {Dot(a.data(), b.data(), n), Sum(a.data(), n), Mean(a.data(), n),
              Variance(a.data(), n), Norm(a.data(), n), CosineSimilarity(a.data(), b.data(), n),
              MaxValue(a.data(), n), MinValue(a.data(), n)});
      Record("normalize" + suffix, unit);
      const uint32_t counts[] = {static_cast<uint32_t>(ArgMax(a.data(), n)),
                                 static_cast<uint32_t>(CountAbove(a.data(), n, 0.1))};
      RecordWords("counts" + suffix, counts, 2);
      RecordDoubles("neurons" + suffix, {SpikeRate(a.data(), n, 12.5, 0.1),
                                         MeshEfficiency(a.data(), n, b.data(), n / 2)});
    }
  }
}

void Softmaxes() {
  Random random(4);
  for (const size_t columns : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257, 2500}) {
    for (const bool hostile : {false, true}) {
      const size_t n = 3 * columns;
      const std::vector<float> x = hostile ? random.HostileArray(n) : random.SignedArray(n, 15);
      std::vector<float> y(n);
      const std::string suffix = " " + std::to_string(columns) + (hostile ? " hostile" : "");
      Softmax(x.data(), y.data(), 3, columns);
      Record("softmax" + suffix, y);
      LogSoftmax(x.data(), y.data(), 3, columns);
      Record("log softmax" + suffix, y);
    }
  }
}

void Products() {
  Random random(5);
  Buffer scratch(kMatmulScratchFloats);
  const size_t shapes[][3] = {{1, 1, 0},     {1, 1, 1},      {3, 5, 7},     {4, 8, 16},
                              {5, 9, 17},    {1, 33, 100},   {33, 1, 100},  {17, 33, 64},
                              {64, 64, 64},  {100, 100, 5},  {65, 257, 30}, {5, 9, 300},
                              {1, 300, 513}, {66, 258, 257}, {2, 7, 1000}};
  for (const auto& [m, n, k] : shapes) {
    for (uint32_t i = 0; i < 32; ++i) {
      Product p = {m, n, k, (i & 1) != 0, (i & 2) != 0};
      // The large shapes once for each layout and epilogue, the small ones hostile, too.
      const bool hostile = i >= 16;
      if (hostile && m * n * k > 10000) break;
      const auto draw = [&](size_t count) {
        return hostile ? random.HostileArray(count) : random.SignedArray(count);
      };
      const std::vector<float> a = draw(m * k), b = draw(k * n), bias = draw(n);
      std::vector<float> c = draw(m * n);
      const uint32_t epilogue = i / 4 % 4;
      p.epilogue.alpha = epilogue == 1 ? -0.7f : 1;
      p.epilogue.beta = epilogue == 1 ? 0.6f : epilogue == 2 ? 1 : 0;
      p.epilogue.bias = epilogue == 0 ? nullptr : bias.data();
      p.epilogue.activation = epilogue == 3 ? Activation::kGelu : Activation::kLinear;
      Matmul(p.A(a.data()), p.B(b.data()), c.data(), m, n, k, p.epilogue, scratch.data());
      const std::string shape =
          std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
      Record("matmul " + shape + " form " + std::to_string(i), c);
    }
    const std::vector<float> a = random.SignedArray(m * k), x = random.SignedArray(k);
    const std::vector<float> bias = random.SignedArray(m);
    std::vector<float> out(m);
    Matvec(a.data(), x.data(), bias.data(), out.data(), m, k, Activation::kTanh);
    Record("matvec " + std::to_string(m) + "x" + std::to_string(k), out);
  }
}

void Connections() {
  Random random(6);
  for (uint32_t rule = 0; rule < kConnectionRules; ++rule) {
    for (const size_t columns : kSizes) {
      for (const bool hostile : {false, true}) {
        const auto draw = [&](size_t n) {
          return hostile ? random.HostileArray(n) : random.SignedArray(n);
        };
        const std::vector<float> w = draw(3 * columns), pre = draw(columns), post = draw(3);
        std::vector<float> out(w.size());
        const ConnectionSettings settings = {
            static_cast<ConnectionRule>(rule), 0.3f, 0.02f, -1.25f, 1.25f, 11, 12, 1};
        OptimizeConnections(settings, w.data(), pre.data(), post.data(), out.data(), 3, columns);
        Record("connections " + std::to_string(rule) + " " + std::to_string(columns) +
                   (hostile ? " hostile" : ""),
               out);
      }
    }
  }
}

void RandomNumbers() {
  std::vector<uint32_t> words;
  RandomStream stream(1, 2, 3);
  for (int i = 0; i < 100; ++i) words.push_back(stream.Next());
  for (uint32_t i = 1; i < 100; ++i) words.push_back(stream.NextBelow(i * 40000000u));
  RecordWords("random", words.data(), words.size());
  for (const uint32_t n : {1u, 2u, 17u, 1000u}) {
    std::vector<uint32_t> order(n);
    Shuffle(order.data(), n, 5, 6, n);
    RecordWords("shuffle " + std::to_string(n), order.data(), n);
  }
  for (uint32_t i = 0; i <= static_cast<uint32_t>(Initializer::kZeros); ++i) {
    NetworkInMemory network({{7, 30, 5}, {Activation::kRelu, Activation::kLinear}});
    network->Initialize(static_cast<Initializer>(i), 123, 456);
    Record("initializer " + std::to_string(i), network.Parameters());
  }
}

// The parameters and the losses of some steps, with pieces, weight decay and every optimiser.
void Train(const std::string& name, const NetworkShape& shape, Loss loss, Optimizer optimizer,
           float dropout = 0, Schedule schedule = Schedule::kConstant) {
  Random random(7);
  NetworkInMemory network(shape);
  network->Initialize(Initializer::kXavier, 1, 2);
  TrainerSettings settings;
  settings.optimizer.kind = optimizer;
  settings.optimizer.learning_rate = 0.05f;
  settings.loss = loss;
  settings.l1 = 0.001f, settings.l2 = 0.01f;
  settings.dropout = dropout;
  settings.input_dropout = dropout / 2;
  settings.clip_norm = dropout;
  settings.schedule = schedule;
  settings.updates = 5;
  settings.batch_rows = 8;
  TrainerInMemory trainer(&network, settings);
  const size_t rows = 21;
  const std::vector<float> x = random.SignedArray(rows * shape.sizes[0], 2);
  std::vector<float> targets = random.SignedArray(rows * shape.sizes.back());
  if (LossTakesLogits(loss)) {
    for (float& t : targets) t = std::fabs(t);
  }
  std::vector<uint32_t> losses;
  for (int step = 0; step < 4; ++step) {
    double value = 0;
    trainer.Step(x, {targets.data(), nullptr}, &value);
    losses.push_back(static_cast<uint32_t>(std::bit_cast<uint64_t>(value)));
    losses.push_back(static_cast<uint32_t>(std::bit_cast<uint64_t>(value) >> 32));
  }
  RecordWords("losses " + name, losses.data(), losses.size());
  Record("trained " + name, network.Parameters());
  Record("run " + name, network.Run(x));
}

void Training() {
  for (const Optimizer optimizer : kAllOptimizers) {
    const std::string number = " optimizer " + std::to_string(static_cast<uint32_t>(optimizer));
    for (const ActivationReference& a : kActivations) {
      Train(a.name + number, {{6, 13, 4}, {a.kind, a.kind}}, Loss::kMse, optimizer);
    }
    Train("classes" + number,
          {{10, 40, 20, 5}, {Activation::kRelu, Activation::kTanh, Activation::kSoftmax}},
          Loss::kCrossEntropy, optimizer);
  }
  const NetworkShape shape = {{10, 40, 33, 5},
                              {Activation::kGelu, Activation::kTanh, Activation::kSigmoid}};
  for (const Loss loss : {Loss::kMse, Loss::kBinaryCrossEntropy, Loss::kHuber}) {
    for (const Schedule schedule : {Schedule::kCosine, Schedule::kStep}) {
      Train("dropout, loss " + std::to_string(static_cast<uint32_t>(loss)) + " schedule " +
                std::to_string(static_cast<uint32_t>(schedule)),
            shape, loss, Optimizer::kAdamW, 0.3f, schedule);
    }
  }
}

}  // namespace
}  // namespace neural::test

int main(int argc, char** argv) {
  using namespace neural::test;
  if (argc > 1) wanted_case = argv[1];
  MathFunctions();
  Activations();
  ElementwiseKernels();
  Reductions();
  Softmaxes();
  Products();
  Connections();
  RandomNumbers();
  Training();
  if (wanted_case.empty()) std::printf("end %d\n", cases);
}

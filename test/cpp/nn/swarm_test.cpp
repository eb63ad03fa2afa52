// Swarms: their size, what they share and what they do not, and the bits of networks on their own.
#include "nn/swarm.h"

#include "support/expect.h"
#include "support/network_fixture.h"

namespace neural::test {
namespace {

const std::vector<uint32_t> kWidths = {5, 7, 3};
const uint32_t kKinds[] = {static_cast<uint32_t>(Activation::kTanh),
                           static_cast<uint32_t>(Activation::kSoftmax)};

class SwarmInMemory {
 public:
  explicit SwarmInMemory(uint32_t capacity)
      : memory_(Swarm::RequiredBytes(kWidths.data(), 3, capacity) / sizeof(float)),
        swarm_(Swarm::Create(memory_.data(), kWidths.data(), kKinds, 3, capacity)) {}
  Swarm* operator->() { return swarm_; }

 private:
  Buffer memory_;
  Swarm* swarm_;
};

// A network of its own with the parameters of a slot.
struct Alone {
  NetworkInMemory network{{kWidths, {Activation::kTanh, Activation::kSoftmax}}};
  explicit Alone(const float* parameters) {
    network.SetParameters({parameters, parameters + network->parameter_count()});
  }
};

TEST(Swarm, TakesLittleMoreThanItsWeights) {
  const uint32_t sizes[] = {64, 32, 16};
  const double weights = 1000.0 * (64 * 32 + 32 + 32 * 16 + 16) * sizeof(float);
  EXPECT_LT(Swarm::RequiredBytes(sizes, 3, 1000), weights * 1.001);
  EXPECT_EQ(Swarm::RequiredBytes(sizes, 3, 0), 0u);
  EXPECT_EQ(Swarm::RequiredBytes(sizes, 1, 5), 0u);
  EXPECT_EQ(Swarm::RequiredBytes(sizes, 3, 0xffffffffu), 0u);
}

TEST(Swarm, RunsEachAgentAsANetworkOfItsOwn) {
  Random random = SeededRandom(0x5a5);
  SwarmInMemory swarm(6);
  const uint32_t order[] = {4, 0, 5, 1};
  std::copy(std::begin(order), std::end(order), swarm->order());
  for (uint32_t slot = 0; slot < 6; ++slot) {
    swarm->At(slot).Initialize(Initializer::kXavier, slot, 9);
  }
  const std::vector<float> x = random.SignedArray(4 * 5);
  Buffer hidden(RunScratchFloats(swarm->plan(), 1)), scratch(kMatmulScratchFloats);
  for (uint32_t first = 0; first < 4; ++first) {
    Buffer out((4 - first) * 3, 1);
    swarm->RunAll(x.data() + first * 5, out.data(), first, 4 - first, hidden.data(),
                  scratch.data());
    for (uint32_t i = first; i < 4; ++i) {
      Alone alone(swarm->ParametersOf(order[i]));
      const std::vector<float> expected =
          alone.network.Run({x.begin() + i * 5, x.begin() + i * 5 + 5});
      EXPECT_TRUE(BitsEqual(out.data() + (i - first) * 3, expected.data(), 3)) << i;
    }
  }
}

TEST(Swarm, TrainsEachAgentAsANetworkOfItsOwn) {
  for (const Optimizer kind : kAllOptimizers) {
    Random random = SeededRandom(0x5a6);
    SwarmInMemory swarm(3);
    const uint32_t order[] = {2, 0};
    std::copy(std::begin(order), std::end(order), swarm->order());
    std::vector<std::unique_ptr<Alone>> alone;
    for (const uint32_t slot : order) {
      swarm->At(slot).Initialize(Initializer::kXavier, slot, 9);
      alone.push_back(std::make_unique<Alone>(swarm->ParametersOf(slot)));
    }
    TrainerSettings settings;
    settings.optimizer.kind = kind;
    settings.loss = Loss::kCrossEntropy;
    settings.batch_rows = 3;
    Buffer memory(Trainer::RequiredBytes(swarm->plan(), settings, 3) / sizeof(float));
    Trainer* trainer = Trainer::Create(memory.data(), &swarm->plan(), settings, 3);
    TrainerInMemory first(&alone[0]->network, settings), second(&alone[1]->network, settings);
    Buffer scratch(kMatmulScratchFloats);
    for (int step = 0; step < 3; ++step) {
      const std::vector<float> x = random.SignedArray(2 * 4 * 5);
      const std::vector<uint32_t> labels = {0, 1, 2, 0, 2, 2, 1, 0};
      double losses[2], expected[2];
      swarm->StepAll(trainer, x.data(), {nullptr, labels.data()}, 2, 4, scratch.data(), losses);
      first.Step({x.begin(), x.begin() + 20}, {nullptr, labels.data()}, expected);
      second.Step({x.begin() + 20, x.end()}, {nullptr, labels.data() + 4}, expected + 1);
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(losses[i], expected[i]);
        const std::vector<float> wanted = alone[static_cast<size_t>(i)]->network.Parameters();
        EXPECT_TRUE(BitsEqual(swarm->ParametersOf(order[i]), wanted.data(), wanted.size()));
      }
    }
    // The slot that nobody trained.
    for (size_t i = 0; i < swarm->plan().parameter_count(); ++i) {
      EXPECT_EQ(swarm->ParametersOf(1)[i], 0);
    }
  }
}

TEST(Swarm, ForgetsWhatItWasTold) {
  SwarmInMemory swarm(2);
  TrainerSettings settings;
  settings.optimizer.kind = Optimizer::kMomentum;
  Buffer memory(Trainer::RequiredBytes(swarm->plan(), settings, 2) / sizeof(float));
  Trainer* trainer = Trainer::Create(memory.data(), &swarm->plan(), settings, 2);
  Buffer scratch(kMatmulScratchFloats);
  Random random = SeededRandom(0x5a7);
  const std::vector<float> x = random.SignedArray(10), t = random.SignedArray(6);
  const auto step_both = [&] {
    std::vector<float> after;
    double losses[2];
    for (uint32_t slot = 0; slot < 2; ++slot) {
      swarm->order()[slot] = slot;
      swarm->At(slot).Initialize(Initializer::kHe, 1, 1);
    }
    swarm->StepAll(trainer, x.data(), {t.data(), nullptr}, 2, 1, scratch.data(), losses);
    return std::vector<float>(swarm->ParametersOf(0), swarm->ParametersOf(0) + 20);
  };
  const std::vector<float> fresh = step_both();
  EXPECT_NE(step_both(), fresh);  // With the momentum of the first.
  trainer->Reset(0);
  EXPECT_EQ(step_both(), fresh);
}

TEST(Swarm, IsInvalidWithItsPlan) {
  SwarmInMemory swarm(2);
  EXPECT_TRUE(swarm->IsValid());
  swarm->Invalidate();
  EXPECT_FALSE(swarm->IsValid());
  EXPECT_FALSE(swarm->plan().IsValid());
}

}  // namespace
}  // namespace neural::test

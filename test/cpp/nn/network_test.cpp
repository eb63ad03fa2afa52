// Networks: the size they ask for, their layout, their start, and what they compute.
#include "nn/network.h"

#include <set>

#include "support/expect.h"
#include "support/naive_network.h"
#include "support/network_fixture.h"

namespace neural::test {
namespace {

uint32_t RequiredBytes(const std::vector<uint32_t>& sizes) {
  return Network::RequiredBytes(sizes.data(), static_cast<uint32_t>(sizes.size()));
}

TEST(NetworkBytes, AreThoseOfHeaderPlanAndParameters) {
  for (const std::vector<uint32_t>& sizes :
       {std::vector<uint32_t>{1, 1}, {3, 4, 2}, {1000, 1000}, {2, 2, 2, 2, 2, 2}}) {
    size_t parameters = 0;
    for (size_t l = 0; l + 1 < sizes.size(); ++l) parameters += (sizes[l] + 1) * sizes[l + 1];
    const size_t plan = sizeof(Network) + (sizes.size() - 1) * sizeof(Layer);
    EXPECT_EQ(RequiredBytes(sizes), (plan + 15) / 16 * 16 + parameters * sizeof(float));
  }
}

TEST(NetworkBytes, AreZeroForWhatIsNoNetwork) {
  const uint32_t all = 0xffffffffu;
  for (const std::vector<uint32_t>& sizes : {std::vector<uint32_t>{},
                                             {5},
                                             {0, 1},
                                             {1, 0},
                                             {3, 0, 3},
                                             {all, all},
                                             {1, all},
                                             {all, 1},
                                             {0x10000, 0x10000},
                                             {0x8000, 0x8000, 0x8000},
                                             {all, 1, all},
                                             {0x80000000u, 2}}) {
    EXPECT_EQ(RequiredBytes(sizes), 0u) << testing::PrintToString(sizes);
  }
  // More widths than can be: the count alone must end it, before any width is read.
  const uint32_t one = 1;
  EXPECT_EQ(Network::RequiredBytes(&one, all), 0u);
  EXPECT_EQ(Network::RequiredBytes(&one, (1u << 31) / sizeof(Layer) + 1), 0u);
}

TEST(NetworkBytes, GoUpToTwoGibibytes) {
  // With one input a layer has two parameters for each output.
  const uint32_t plan = RequiredBytes({1, 1}) - 8;
  const uint32_t most = ((1u << 31) - plan) / 8;
  EXPECT_EQ(RequiredBytes({1, most}), plan + most * 8);
  EXPECT_EQ(RequiredBytes({1, most + 1}), 0u);
}

TEST(Network, LaysItsParametersOutLayerAfterLayer) {
  NetworkInMemory network({{3, 4, 2}, {Activation::kRelu, Activation::kSoftmax}});
  EXPECT_TRUE(network->IsValid());
  EXPECT_EQ(network->inputs(), 3u);
  EXPECT_EQ(network->outputs(), 2u);
  EXPECT_EQ(network->layer_count(), 2u);
  EXPECT_EQ(network->widest_hidden(), 4u);
  EXPECT_EQ(network->parameter_count(), 3u * 4 + 4 + 4 * 2 + 2);
  EXPECT_EQ(network->weights(0), network->parameters());
  EXPECT_EQ(network->biases(0), network->parameters() + 12);
  EXPECT_EQ(network->weights(1), network->parameters() + 16);
  EXPECT_EQ(network->biases(1), network->parameters() + 24);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(network->parameters()) % 16, 0u);
  EXPECT_EQ(network->last_layer().activation, Activation::kSoftmax);
  for (const float p : network.Parameters()) EXPECT_TRUE(BitsEqual(p, 0));
  network->Invalidate();
  EXPECT_FALSE(network->IsValid());
}

TEST(Network, StartsUniformWithinTheLimitOfItsInitializer) {
  const uint32_t inputs = 200, outputs = 100;
  const struct {
    Initializer initializer;
    double limit;
  } cases[] = {{Initializer::kHe, std::sqrt(6.0 / inputs)},
               {Initializer::kXavier, std::sqrt(6.0 / (inputs + outputs))},
               {Initializer::kUniform, std::sqrt(1.0 / inputs)},
               {Initializer::kZeros, 0}};
  for (const auto& [initializer, limit] : cases) {
    NetworkInMemory network({{inputs, outputs, inputs}, {Activation::kRelu, Activation::kLinear}});
    network->Initialize(initializer, 5, 6);
    double largest = 0, sum = 0, squares = 0;
    const double n = inputs * outputs;
    for (uint32_t i = 0; i < inputs * outputs; ++i) {
      const double w = network->weights(0)[i];
      largest = std::fmax(largest, std::fabs(w));
      sum += w, squares += w * w;
    }
    EXPECT_LE(largest, limit * (1 + kEpsilon));
    EXPECT_GE(largest, limit * 0.999);
    // Mean and variance of a uniform distribution, within five standard deviations.
    EXPECT_NEAR(sum / n, 0, 5 * limit / std::sqrt(3 * n));
    EXPECT_NEAR(squares / n, limit * limit / 3, 5 * limit * limit * std::sqrt(4 / 45.0 / n));
    for (uint32_t l = 0; l < 2; ++l) {
      for (uint32_t i = 0; i < network->layer(l).outputs; ++i) EXPECT_EQ(network->biases(l)[i], 0);
    }
  }
}

TEST(Network, StartsFromItsSeedAlone) {
  const NetworkShape shape = {{20, 20, 20}, {Activation::kTanh, Activation::kTanh}};
  std::set<std::vector<float>> starts;
  for (const auto& [low, high] : {std::pair<uint32_t, uint32_t>{0, 0}, {1, 0}, {0, 1}}) {
    NetworkInMemory network(shape), again(shape);
    again.SetParameters(std::vector<float>(again->parameter_count(), 7.0f));
    network->Initialize(Initializer::kHe, low, high);
    again->Initialize(Initializer::kHe, low, high);
    EXPECT_EQ(network.Parameters(), again.Parameters());
    starts.insert(network.Parameters());
    // Layers of one shape must not be copies of each other.
    EXPECT_NE(network->weights(0)[0], network->weights(1)[0]);
  }
  EXPECT_EQ(starts.size(), 3u);
}

class NetworkRun : public testing::TestWithParam<ActivationReference> {};

TEST_P(NetworkRun, IsTheNaiveNetwork) {
  Random random = SeededRandom(0x9e7);
  const Activation kind = GetParam().kind;
  for (const Activation last : {kind, Activation::kSoftmax}) {
    for (const std::vector<uint32_t>& sizes :
         {std::vector<uint32_t>{1, 1}, {3, 5}, {4, 9, 3}, {17, 33, 8, 10}, {2, 3, 4, 5, 6}}) {
      std::vector<Activation> activations(sizes.size() - 2, kind);
      activations.push_back(last);
      NetworkInMemory network({sizes, activations});
      const std::vector<float> parameters = random.SignedArray(network->parameter_count(), 0.6f);
      network.SetParameters(parameters);
      const NaiveNetwork naive = {sizes, activations, {parameters.begin(), parameters.end()}};

      const uint32_t rows = 7;
      const std::vector<float> x = random.SignedArray(rows * sizes[0], 2);
      const std::vector<float> y = network.Run(x), logits = network.Run(x, RunUntil::kLogits);
      for (uint32_t r = 0; r < rows; ++r) {
        std::vector<double> exact_logits;
        const std::vector<double> exact = naive.Run(x.data() + r * sizes[0], &exact_logits);
        for (uint32_t o = 0; o < sizes.back(); ++o) {
          const size_t i = r * sizes.back() + o;
          EXPECT_TRUE(Within(logits[i], exact_logits[o], 2e-5 * (1 + std::fabs(exact_logits[o]))));
          EXPECT_TRUE(Within(y[i], exact[o], 2e-5 * (1 + std::fabs(exact[o]))));
        }
      }
    }
  }
}

TEST_P(NetworkRun, GivesARowTheSameBitsAloneAndInABatch) {
  Random random = SeededRandom(0x9e8);
  NetworkInMemory network({{9, 30, 12}, {GetParam().kind, GetParam().kind}});
  network.SetParameters(random.SignedArray(network->parameter_count()));
  const std::vector<float> x = random.SignedArray(40 * 9);
  const std::vector<float> together = network.Run(x);
  for (size_t r = 0; r < 40; ++r) {
    const auto row = x.begin() + static_cast<ptrdiff_t>(r * 9);
    const std::vector<float> alone = network.Run({row, row + 9});
    ASSERT_TRUE(BitsEqual(alone.data(), together.data() + r * 12, 12)) << r;
  }
}

TEST_P(NetworkRun, GivesTheSameBitsWithPackedWeights) {
  Random random = SeededRandom(0x9ac);
  NetworkInMemory network({{9, 30, 12}, {GetParam().kind, GetParam().kind}});
  network.SetParameters(random.SignedArray(network->parameter_count()));
  Buffer packed(PackedWeightFloats(*network));
  PackWeights(*network, packed.data());
  for (const size_t rows : {1, 2, 21}) {
    const std::vector<float> x = random.SignedArray(rows * 9);
    for (const RunUntil until : {RunUntil::kOutputs, RunUntil::kLogits}) {
      const std::vector<float> y = network.Run(x, until);
      const std::vector<float> with_packed = network.Run(x, until, packed.data());
      ASSERT_TRUE(BitsEqual(with_packed.data(), y.data(), y.size())) << rows;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Nn, NetworkRun, testing::ValuesIn(kActivations),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace neural::test

// Training: gradients against finite differences of a naive network in f64, steps in pieces, and
// what happens when the loss is not finite.
#include "nn/trainer.h"

#include <set>

#include "support/expect.h"
#include "support/naive_network.h"
#include "support/network_fixture.h"

namespace neural::test {
namespace {

TrainerSettings Sgd(Loss loss, float learning_rate = 1) {
  TrainerSettings s;
  s.optimizer.learning_rate = learning_rate;
  s.loss = loss;
  return s;
}

class TrainerTest : public testing::Test {
 protected:
  // Draws parameters, inputs and targets for `rows` rows.
  void Draw(const NetworkShape& shape, size_t rows) {
    shape_ = shape, rows_ = rows;
    size_t count = 0;
    for (size_t l = 0; l + 1 < shape.sizes.size(); ++l) {
      count += (shape.sizes[l] + 1) * shape.sizes[l + 1];
    }
    start_ = random_.SignedArray(count, 0.7f);
    x_ = random_.SignedArray(rows * shape.sizes[0]);
    targets_ = random_.SignedArray(rows * shape.sizes.back());
  }

  // The gradient that a step takes: the change of the parameters at a learning rate of 1.
  std::vector<double> GradientOfStep(TrainerSettings settings, Targets targets, double* loss) {
    NetworkInMemory network(shape_);
    network.SetParameters(start_);
    TrainerInMemory trainer(&network, settings);
    EXPECT_TRUE(trainer.Step(x_, targets, loss));
    std::vector<double> gradient;
    for (size_t i = 0; i < start_.size(); ++i) {
      gradient.push_back(double{start_[i]} - network.Parameters()[i]);
    }
    return gradient;
  }

  void ExpectGradient(const TrainerSettings& settings, Targets targets,
                      const std::vector<float>& target_values) {
    double loss;
    const std::vector<double> gradient = GradientOfStep(settings, targets, &loss);
    NaiveNetwork naive = {shape_.sizes, shape_.activations, {start_.begin(), start_.end()}};
    const auto mean_loss = [&] { return naive.MeanLoss(settings.loss, x_, target_values, rows_); };
    EXPECT_TRUE(Within(loss, mean_loss(), 1e-5 * (1 + loss)));
    for (size_t i = 0; i < start_.size(); ++i) {
      const auto slope_over = [&](double h) {
        const double p = start_[i];
        naive.parameters[i] = p + h;
        const double above = mean_loss();
        naive.parameters[i] = p - h;
        const double below = mean_loss();
        naive.parameters[i] = p;
        return (above - below) / (2 * h);
      };
      const double slope = slope_over(0x1p-24);
      // Beside the kink of an activation f32 and f64 may stand on different sides.
      if (std::fabs(slope_over(0x1p-18) - slope) > 1e-6) continue;
      // f32 throughout, and the parameter is rounded after the step.
      ASSERT_TRUE(Within(gradient[i], slope, 1e-5 * (1 + std::fabs(slope)))) << "parameter " << i;
      ++compared_;
    }
    total_ += start_.size();
  }

  std::vector<uint32_t> DrawLabels() {
    std::vector<uint32_t> labels(rows_);
    for (uint32_t& label : labels) label = random_.Below(shape_.sizes.back());
    return labels;
  }

  Random random_ = SeededRandom(0x7a1);
  NetworkShape shape_;
  size_t rows_ = 0;
  std::vector<float> start_, x_, targets_;
  size_t compared_ = 0, total_ = 0;
};

const std::vector<uint32_t> kShapes[] = {{1, 1}, {3, 2}, {3, 5, 2}, {5, 7, 6, 3}, {2, 17, 9}};

class GradientTest : public TrainerTest, public testing::WithParamInterface<ActivationReference> {
 protected:
  void TearDown() override { EXPECT_GT(compared_, total_ * 0.98) << "too many were left out"; }

  NetworkShape Shape(const std::vector<uint32_t>& sizes, Activation last) {
    std::vector<Activation> activations(sizes.size() - 2, GetParam().kind);
    activations.push_back(last);
    return {sizes, activations};
  }
};

TEST_P(GradientTest, OfMeanSquaresIsThatOfFiniteDifferences) {
  for (const auto& sizes : kShapes) {
    for (const Activation last : {GetParam().kind, Activation::kSoftmax}) {
      Draw(Shape(sizes, last), 5);
      ExpectGradient(Sgd(Loss::kMse), {targets_.data(), nullptr}, targets_);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(GradientTest, PassesThroughLayersOfDifferentActivations) {
  const Activation kind = GetParam().kind;
  for (const std::vector<Activation>& activations :
       {std::vector<Activation>{kind, Activation::kTanh, Activation::kGelu},
        {Activation::kGelu, kind, Activation::kSoftmax},
        {Activation::kSigmoid, Activation::kSilu, kind}}) {
    Draw({{5, 7, 6, 3}, activations}, 5);
    ExpectGradient(Sgd(Loss::kMse), {targets_.data(), nullptr}, targets_);
    if (HasFatalFailure()) return;
  }
}

TEST_P(GradientTest, OfCrossEntropyIsThatOfFiniteDifferences) {
  for (const auto& sizes : kShapes) {
    Draw(Shape(sizes, Activation::kSoftmax), 4);
    // Targets whose rows sum to anything.
    for (float& t : targets_) t = std::fabs(t);
    ExpectGradient(Sgd(Loss::kCrossEntropy), {targets_.data(), nullptr}, targets_);
    const std::vector<uint32_t> labels = DrawLabels();
    std::vector<float> one_hot(targets_.size());
    for (size_t r = 0; r < rows_; ++r) one_hot[r * sizes.back() + labels[r]] = 1;
    ExpectGradient(Sgd(Loss::kCrossEntropy), {nullptr, labels.data()}, one_hot);
    if (HasFatalFailure()) return;
  }
}

TEST_P(GradientTest, OfTheOtherLossesIsThatOfFiniteDifferences) {
  for (const auto& sizes : kShapes) {
    Draw(Shape(sizes, Activation::kSigmoid), 5);
    for (float& t : targets_) t = std::fabs(t);
    ExpectGradient(Sgd(Loss::kBinaryCrossEntropy), {targets_.data(), nullptr}, targets_);
    Draw(Shape(sizes, GetParam().kind), 5);
    for (float& t : targets_) t *= 2;  // Errors above and below 1.
    ExpectGradient(Sgd(Loss::kHuber), {targets_.data(), nullptr}, targets_);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Nn, GradientTest, testing::ValuesIn(kActivations),
                         [](const auto& info) { return std::string(info.param.name); });

const NetworkShape kShape = {{6, 9, 4}, {Activation::kGelu, Activation::kTanh}};

TEST_F(TrainerTest, PiecesOfAStepAddUpToTheWhole) {
  Draw(kShape, 23);
  double whole_loss, loss;
  TrainerSettings settings = Sgd(Loss::kMse);
  settings.batch_rows = 23;
  const std::vector<double> whole =
      GradientOfStep(settings, {targets_.data(), nullptr}, &whole_loss);
  for (const uint32_t batch_rows : {1, 2, 7, 11, 12, 22, 24, 1000}) {
    settings.batch_rows = batch_rows;
    const std::vector<double> pieces = GradientOfStep(settings, {targets_.data(), nullptr}, &loss);
    EXPECT_TRUE(Within(loss, whole_loss, 1e-12)) << batch_rows;  // Added in f64.
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_TRUE(Within(pieces[i], whole[i], 4 * kEpsilon)) << batch_rows << ", " << i;
    }
  }
}

TEST_F(TrainerTest, PiecesTakeTheLabelsOfTheirRows) {
  Draw({{6, 9, 4}, {Activation::kRelu, Activation::kSoftmax}}, 13);
  const std::vector<uint32_t> labels = DrawLabels();
  double whole_loss, loss;
  TrainerSettings settings = Sgd(Loss::kCrossEntropy);
  const std::vector<double> whole = GradientOfStep(settings, {nullptr, labels.data()}, &whole_loss);
  settings.batch_rows = 5;
  const std::vector<double> pieces = GradientOfStep(settings, {nullptr, labels.data()}, &loss);
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(Within(pieces[i], whole[i], 4 * kEpsilon)) << i;
  }
}

TEST_F(TrainerTest, WeightDecayActsOnWeightsOnly) {
  Draw(kShape, 5);
  double loss;
  TrainerSettings settings = Sgd(Loss::kMse);
  const Targets targets = {targets_.data(), nullptr};
  const std::vector<double> without = GradientOfStep(settings, targets, &loss);
  settings.l2 = 0.25f;
  const std::vector<double> with = GradientOfStep(settings, targets, &loss);
  NetworkInMemory network(kShape);
  for (uint32_t l = 0; l < 2; ++l) {
    const Layer& layer = network->layer(l);
    for (size_t i = layer.weights; i < layer.biases + layer.outputs; ++i) {
      const double added = i < layer.biases ? 0.25 * start_[i] : 0;
      EXPECT_TRUE(Within(with[i], without[i] + added, 2 * kEpsilon)) << i;
    }
  }
}

// The parameters after some steps with `settings`; before step `poisoned` there is a failing one.
std::vector<float> Train(const NetworkShape& shape, const TrainerSettings& settings,
                         const std::vector<float>& start, const std::vector<float>& x,
                         const std::vector<float>& targets, int poisoned, float culprit) {
  NetworkInMemory network(shape);
  network.SetParameters(start);
  TrainerInMemory trainer(&network, settings);
  double loss;
  for (int step = 0; step < 4; ++step) {
    if (step == poisoned) {
      std::vector<float> bad = x;
      bad[bad.size() - 1] = culprit;  // In the last piece, after good ones.
      const std::vector<float> before = network.Parameters();
      EXPECT_FALSE(trainer.Step(bad, {targets.data(), nullptr}, &loss));
      EXPECT_FALSE(std::isfinite(loss));
      EXPECT_TRUE(BitsEqual(network.Parameters().data(), before.data(), before.size()));
    }
    EXPECT_TRUE(trainer.Step(x, {targets.data(), nullptr}, &loss));
  }
  return network.Parameters();
}

TEST_F(TrainerTest, AStepWithoutAFiniteLossLeavesNoTrace) {
  // Linear, since a ReLU could make 0 of an infinity.
  Draw({{6, 9, 4}, {Activation::kLinear, Activation::kLinear}}, 20);
  for (const Optimizer kind : kAllOptimizers) {
    TrainerSettings settings = Sgd(Loss::kMse, 0.01f);
    settings.optimizer.kind = kind;
    settings.batch_rows = 8;
    const std::vector<float> expected = Train(shape_, settings, start_, x_, targets_, -1, 0);
    for (const float culprit : {kNan, kInfinity}) {
      const std::vector<float> found = Train(shape_, settings, start_, x_, targets_, 2, culprit);
      EXPECT_TRUE(BitsEqual(found.data(), expected.data(), found.size()));
    }
  }
}

TEST_F(TrainerTest, LowersTheLoss) {
  for (const Optimizer kind : kAllOptimizers) {
    Draw({{4, 16, 2}, {Activation::kTanh, Activation::kLinear}}, 30);
    for (size_t r = 0; r < rows_; ++r) {  // Something that can be learned.
      targets_[2 * r] = x_[4 * r] * x_[4 * r + 1];
      targets_[2 * r + 1] = x_[4 * r + 2] - x_[4 * r + 3];
    }
    NetworkInMemory network(shape_);
    network->Initialize(Initializer::kXavier, 1, 2);
    const bool by_size = kind == Optimizer::kSgd || kind == Optimizer::kMomentum ||
                         kind == Optimizer::kNesterov || kind == Optimizer::kQuickprop;
    TrainerSettings settings = Sgd(Loss::kMse, by_size ? 0.05f : 0.01f);
    settings.optimizer.kind = kind;
    TrainerInMemory trainer(&network, settings);
    double first, last = 0;
    ASSERT_TRUE(trainer.Step(x_, {targets_.data(), nullptr}, &first));
    for (int step = 0; step < 200; ++step) {
      ASSERT_TRUE(trainer.Step(x_, {targets_.data(), nullptr}, &last));
    }
    EXPECT_LT(last, first * 0.5) << static_cast<int>(kind);
  }
}

TEST_F(TrainerTest, ClipsTheGradientToALength) {
  Draw(kShape, 5);
  double loss;
  TrainerSettings settings = Sgd(Loss::kMse);
  settings.l1 = 0.01f;
  const Targets targets = {targets_.data(), nullptr};
  const std::vector<double> whole = GradientOfStep(settings, targets, &loss);
  double squares = 0;
  for (const double g : whole) squares += g * g;
  const double norm = std::sqrt(squares);
  settings.clip_norm = static_cast<float>(norm / 4);
  const std::vector<double> clipped = GradientOfStep(settings, targets, &loss);
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(Within(clipped[i], whole[i] / 4, 4 * kEpsilon)) << i;
  }
  settings.clip_norm = static_cast<float>(norm * 1.01);
  EXPECT_EQ(GradientOfStep(settings, targets, &loss), whole);
}

class DroppingTrainerTest : public TrainerTest,
                            public testing::WithParamInterface<float TrainerSettings::*> {};

TEST_P(DroppingTrainerTest, DropsTheSameInPieces) {
  Draw({{6, 50, 4}, {Activation::kTanh, Activation::kLinear}}, 13);
  const Targets targets = {targets_.data(), nullptr};
  TrainerSettings settings = Sgd(Loss::kMse);
  double without, loss;
  GradientOfStep(settings, targets, &without);
  settings.*GetParam() = 0.4f;
  settings.seed_low = 5;
  settings.batch_rows = 13;
  const std::vector<double> whole = GradientOfStep(settings, targets, &loss);
  EXPECT_NE(loss, without);
  for (const uint32_t batch_rows : {1, 5, 12}) {
    double piece_loss;
    settings.batch_rows = batch_rows;
    const std::vector<double> pieces = GradientOfStep(settings, targets, &piece_loss);
    EXPECT_TRUE(Within(piece_loss, loss, 1e-12));
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_TRUE(Within(pieces[i], whole[i], 4 * kEpsilon)) << batch_rows << ", " << i;
    }
  }
  settings.seed_high = 1;
  double other;
  GradientOfStep(settings, targets, &other);
  EXPECT_NE(other, loss);
}

INSTANTIATE_TEST_SUITE_P(Nn, DroppingTrainerTest,
                         testing::Values(&TrainerSettings::dropout,
                                         &TrainerSettings::input_dropout));

TEST_F(TrainerTest, DropsFromInputsWithoutTouchingThem) {
  Draw({{50, 1}, {Activation::kLinear}}, 7);
  for (float& x : x_) x = 1;
  const std::vector<float> before = x_;
  TrainerSettings settings = Sgd(Loss::kMse);
  settings.input_dropout = 0.4f;
  double loss;
  const std::vector<double> gradient = GradientOfStep(settings, {targets_.data(), nullptr}, &loss);
  EXPECT_EQ(x_, before);
  // An input that all rows have lost has no gradient; that of the others differs with the rows that
  // kept them, as it does not where nothing is dropped.
  std::set<double> different(gradient.begin(), gradient.end() - 1);
  EXPECT_GT(different.size(), 10u);
}

TEST_F(TrainerTest, AsksForZeroBytesWhereItCannotBe) {
  NetworkInMemory network(kShape);
  TrainerSettings settings = Sgd(Loss::kMse);
  const uint32_t usual = Trainer::RequiredBytes(*network, settings);
  EXPECT_GT(usual, 0u);
  settings.batch_rows = 0;
  EXPECT_EQ(Trainer::RequiredBytes(*network, settings), 0u);
  settings.batch_rows = 0xffffffffu;
  EXPECT_EQ(Trainer::RequiredBytes(*network, settings), 0u);
  settings.batch_rows = 1u << 24;
  EXPECT_EQ(Trainer::RequiredBytes(*network, settings), 0u);
  settings.batch_rows = 32;
  settings.optimizer.kind = Optimizer::kAdam;
  EXPECT_GT(Trainer::RequiredBytes(*network, settings), usual);
}

TEST_F(TrainerTest, KnowsWhetherItIsValid) {
  NetworkInMemory network(kShape);
  TrainerInMemory trainer(&network, Sgd(Loss::kMse));
  EXPECT_TRUE(trainer->IsValid());
  network->Invalidate();
  EXPECT_FALSE(trainer->IsValid());
}

}  // namespace
}  // namespace neural::test

// The self-test of a build: every kernel family against stored results. The loader does not use a
// build that fails it. Nothing of it goes through the API, so nothing shows in the metrics.
#include <string.h>

#include "bindings/golden_values.h"
#include "bindings/module.h"
#include "kernels/connections.h"
#include "nn/trainer.h"

using namespace neural;
using namespace neural::module;

namespace {

// Room for the largest operand and for the largest result.
constexpr uint32_t kSlotFloats = 384;

SelfTestFailure failure;

Address AddressOf(const void* pointer) { return reinterpret_cast<Address>(pointer); }

// The very function that callers of the module get, through a pointer that the compiler may not
// look behind: else it would test a copy inlined here.
template <class Function>
Function* Exported(Function* function) {
  Function* volatile opaque = function;
  return opaque;
}

// The distance from |value| to the next f32 above; not below that of normal numbers.
double UlpOf(double value) {
  float nearest = static_cast<float>(value < 0 ? -value : value);
  if (nearest < __FLT_MIN__) nearest = __FLT_MIN__;
  const uint32_t bits = __builtin_bit_cast(uint32_t, nearest);
  return double{__builtin_bit_cast(float, bits + 1)} - nearest;
}

class SelfTest {
 public:
  explicit SelfTest(float* memory)
      : a_(memory), b_(a_ + kSlotFloats), out_(b_ + kSlotFloats), spare_(out_ + kSlotFloats) {}

  // Stops at the first failure.
  bool Run() {
    return Elementwise() && Activations() && Rows() && Reductions() && Neurons() && Products() &&
           NetworkAndStep();
  }

 private:
  static bool Fail(const char* name, Status status, int32_t index, uint32_t max_ulp, double found,
                   double expected) {
    failure = {AddressOf(name), status, index, max_ulp, found, expected};
    return false;
  }

  static bool Ok(const char* name, Status status) {
    return status == Status::kOk || Fail(name, status, -1, 0, 0, 0);
  }

  static bool Near(const char* name, int32_t index, double found, double expected,
                   uint32_t max_ulp) {
    const double error = found < expected ? expected - found : found - expected;
    return error <= max_ulp * UlpOf(expected) ||
           Fail(name, Status::kOk, index, max_ulp, found, expected);
  }

  bool NearAll(const char* name, Status status, const double* expected, uint32_t count,
               uint32_t max_ulp) {
    if (!Ok(name, status)) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!Near(name, static_cast<int32_t>(i), out_[i], expected[i], max_ulp)) return false;
    }
    return true;
  }

  bool Five(const char* name, Status status, const golden::Values& expected, uint32_t max_ulp) {
    return NearAll(name, status, expected, golden::kCount, max_ulp);
  }
  bool Arithmetic(const char* name, Status status, const golden::Values& expected) {
    return Five(name, status, expected, golden::kArithmeticUlp);
  }
  // The number in the result slot.
  bool Number(const char* name, Status status, double expected) {
    return Ok(name, status) && Near(name, -1, result.value, expected, golden::kArithmeticUlp);
  }

  template <size_t kSize>
  static void Write(float* target, const double (&values)[kSize]) {
    for (size_t i = 0; i < kSize; ++i) target[i] = static_cast<float>(values[i]);
  }

  bool Elementwise() {
    using namespace golden;
    const Address a = AddressOf(a_), b = AddressOf(b_), out = AddressOf(out_);
    constexpr uint32_t n = kCount;
    Write(a_, kX);
    Write(b_, kY);
    const bool arithmetic =
        Arithmetic("add_f32", Exported(add_f32)(a, b, out, n), kAdd) &&
        Arithmetic("sub_f32", Exported(sub_f32)(a, b, out, n), kSub) &&
        Arithmetic("mul_f32", Exported(mul_f32)(a, b, out, n), kMul) &&
        Arithmetic("div_f32", Exported(div_f32)(a, b, out, n), kDiv) &&
        Arithmetic("min_f32", Exported(min_f32)(a, b, out, n), kMin) &&
        Arithmetic("max_f32", Exported(max_f32)(a, b, out, n), kMax) &&
        Arithmetic("axpy_f32", Exported(axpy_f32)(a, b, out, n, kAxpyAlpha), kAxpy) &&
        Arithmetic("lerp_f32", Exported(lerp_f32)(a, b, out, n, kLerpT), kLerp) &&
        Arithmetic("scale_f32", Exported(scale_f32)(a, out, n, kFactor), kScale) &&
        Arithmetic("add_scalar_f32", Exported(add_scalar_f32)(a, out, n, kAddend), kAddScalar) &&
        Arithmetic("clamp_f32", Exported(clamp_f32)(a, out, n, kLow, kHigh), kClamp) &&
        Arithmetic("abs_f32", Exported(abs_f32)(a, out, n), kAbs) &&
        Arithmetic("neg_f32", Exported(neg_f32)(a, out, n), kNeg) &&
        Arithmetic("square_f32", Exported(square_f32)(a, out, n), kSquare) &&
        Five("exp_f32", Exported(exp_f32)(a, out, n), kExp, kApproximationUlp);
    Write(a_, kPositive);
    return arithmetic && Arithmetic("sqrt_f32", Exported(sqrt_f32)(a, out, n), kSqrt) &&
           Five("log_f32", Exported(log_f32)(a, out, n), kLog, kApproximationUlp);
  }

  bool Activations() {
    using namespace golden;
    const struct {
      const char* name;
      Activation kind;
      double gain;
      const Values& expected;
    } cases[] = {
        {"relu", Activation::kRelu, 1, kRelu},
        {"sigmoid", Activation::kSigmoid, 1, kSigmoid},
        {"tanh", Activation::kTanh, 1, kTanh},
        {"tanh", Activation::kTanh, kGain, kTanhOfHalf},
        {"softplus", Activation::kSoftplus, 1, kSoftplus},
        {"gelu", Activation::kGelu, 1, kGelu},
        {"sin", Activation::kSin, 1, kSin},
    };
    const Address a = AddressOf(a_), out = AddressOf(out_);
    Write(a_, kX);
    for (const auto& c : cases) {
      const Status status =
          Exported(activate_f32)(static_cast<uint32_t>(c.kind), a, out, kCount, c.gain, 0);
      if (!Five(c.name, status, c.expected, kApproximationUlp)) return false;
    }
    const Status status = Exported(activation_gradient_f32)(
        static_cast<uint32_t>(Activation::kSymmetricSin), a, out, kCount, 1, 0);
    return Five("activation_gradient_f32", status, kGradient, kApproximationUlp);
  }

  bool Rows() {
    using namespace golden;
    const Address a = AddressOf(a_), out = AddressOf(out_);
    const bool normalized = Five("normalize_f32", Exported(normalize_f32)(a, out, kCount),
                                 kNormalized, kApproximationUlp);
    Write(a_, kY);
    return normalized &&
           Five("softmax_f32", Exported(softmax_f32)(a, out, 1, kCount), kSoftmax, kSoftmaxUlp) &&
           Five("log_softmax_f32", Exported(log_softmax_f32)(a, out, 1, kCount), kLogSoftmax,
                kSoftmaxUlp);
  }

  bool Reductions() {
    using namespace golden;
    const Address a = AddressOf(a_), b = AddressOf(b_);
    constexpr uint32_t n = kCount;
    Write(a_, kX);
    Write(b_, kY);
    return Number("dot_f32", Exported(dot_f32)(a, b, n), kDot) &&
           Number("cosine_similarity_f32", Exported(cosine_similarity_f32)(a, b, n),
                  kCosineSimilarity) &&
           Number("sum_f32", Exported(sum_f32)(a, n), kSum) &&
           Number("mean_f32", Exported(mean_f32)(a, n), kMean) &&
           Number("norm_f32", Exported(norm_f32)(a, n), kNorm) &&
           Number("variance_f32", Exported(variance_f32)(a, n), kVariance) &&
           Number("min_value_f32", Exported(min_value_f32)(a, n), kMinValue) &&
           Number("max_value_f32", Exported(max_value_f32)(a, n), kMaxValue) &&
           Number("argmax_f32", Exported(argmax_f32)(a, n), kArgmax);
  }

  bool Neurons() {
    using namespace golden;
    const Address a = AddressOf(a_), b = AddressOf(b_);
    Write(b_, kPositive);
    const bool rates =
        Number("spike_rate_f32", Exported(spike_rate_f32)(b, kCount, kWindowMs, kThreshold),
               kSpikeRate) &&
        Number("mesh_efficiency_f32", Exported(mesh_efficiency_f32)(a, kCount, b, kCount),
               kMeshEfficiency);
    Write(b_, kY);
    *spare_ = kPost;
    return rates && Connections("bistable", ConnectionRule::kBistable, kBistable) &&
           Connections("oja", ConnectionRule::kOja, kOja);
  }

  bool Connections(const char* name, ConnectionRule rule, const golden::Values& expected) {
    const Status status = Exported(optimize_connections_f32)(
        static_cast<uint32_t>(rule), AddressOf(a_), AddressOf(b_), AddressOf(spare_),
        AddressOf(out_), 1, golden::kCount, golden::kRate, 0, golden::kWeightLow,
        golden::kWeightHigh, 0, 0, 0);
    return Arithmetic(name, status, expected);
  }

  double Checksum(uint32_t count) const {
    double sum = 0;
    for (uint32_t i = 0; i < count; ++i) sum += (i % 7 + 1) * double{out_[i]};
    return sum;
  }

  bool Products() {
    for (uint32_t i = 0; i < kSlotFloats; ++i) {
      a_[i] = static_cast<float>(golden::LeftNumber(i));
      b_[i] = static_cast<float>(golden::RightNumber(i));
    }
    const Address a = AddressOf(a_), b = AddressOf(b_), out = AddressOf(out_);
    const uint32_t linear = static_cast<uint32_t>(Activation::kLinear);
    for (const golden::Product& p : golden::kProducts) {
      const Status status =
          Exported(matmul_f32)(a, b, 0, out, p.m, p.n, p.k, p.flags, linear, 1, 0);
      if (!Ok("matmul_f32", status) ||
          !Near("the checksum of matmul_f32", -1, Checksum(p.m * p.n), p.checksum, 0)) {
        return false;
      }
    }
    const golden::Product& p = golden::kMatvec;
    return Ok("matvec_f32", Exported(matvec_f32)(a, b, 0, out, p.m, p.k, linear)) &&
           Near("the checksum of matvec_f32", -1, Checksum(p.m), p.checksum, 0);
  }

  bool NetworkAndStep() {
    using namespace golden;
    constexpr uint32_t kinds[] = {static_cast<uint32_t>(Activation::kTanh),
                                  static_cast<uint32_t>(Activation::kSoftmax)};
    constexpr uint32_t widths = sizeof(kLayers) / sizeof(kLayers[0]);
    TrainerSettings settings;
    settings.optimizer.kind = Optimizer::kSgd;
    settings.optimizer.learning_rate = kLearningRate;
    settings.loss = Loss::kCrossEntropy;
    settings.batch_rows = 2;
    const TemporaryFloats memory(Network::RequiredBytes(kLayers, widths) / 4);
    if (!memory) return Fail("network_run_f32", Status::kPoolExhausted, -1, 0, 0, 0);
    Network* network = Network::Create(memory.data(), kLayers, kinds, widths);
    const TemporaryFloats training(Trainer::RequiredBytes(*network, settings) / 4);
    if (!training) return Fail("trainer_step_f32", Status::kPoolExhausted, -1, 0, 0, 0);
    Trainer* trainer = Trainer::Create(training.data(), network, settings);
    Write(network->parameters(), kParameters);
    Write(a_, kInputs);
    memcpy(spare_, kLabels, sizeof(kLabels));
    const bool same = RunsTo("network_run_f32", *network, kOutputs) && Steps(*trainer) &&
                      RunsTo("network_run_f32 after trainer_step_f32", *network, kOutputsAfterStep);
    trainer->Invalidate();
    network->Invalidate();
    return same;
  }

  bool RunsTo(const char* name, const Network& network, const double (&expected)[4]) {
    const Status status =
        Exported(network_run_f32)(AddressOf(&network), AddressOf(a_), AddressOf(out_), 2);
    return NearAll(name, status, expected, 4, golden::kNetworkUlp);
  }

  bool Steps(const Trainer& trainer) {
    const Status status =
        Exported(trainer_step_f32)(AddressOf(&trainer), AddressOf(a_), 0, AddressOf(spare_), 2);
    return Ok("trainer_step_f32", status) && Near("the loss of trainer_step_f32", -1, result.value,
                                                  golden::kLoss, golden::kNetworkUlp);
  }

  float* a_;
  float* b_;
  float* out_;
  float* spare_;
};

}  // namespace

Address self_test() {
  const TemporaryFloats memory(4 * kSlotFloats);
  if (!memory) {
    failure = {AddressOf("the self-test"), Status::kPoolExhausted, -1, 0, 0, 0};
    return AddressOf(&failure);
  }
  return SelfTest(memory.data()).Run() ? 0 : AddressOf(&failure);
}

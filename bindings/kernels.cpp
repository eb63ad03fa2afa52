// The exports of the kernels: check the operands, call, return a status. No arithmetic here.
#include "bindings/module.h"
#include "kernels/connections.h"
#include "kernels/elementwise.h"
#include "kernels/neurons.h"
#include "kernels/reduce.h"
#include "kernels/softmax.h"

using namespace neural;
using namespace neural::module;

namespace {

template <class... Addresses>
bool AllInBounds(uint64_t count, Addresses... addresses) {
  return (InBounds(addresses, count) && ...);
}

using UnaryKernel = void (*)(const float*, float*, size_t);
using BinaryKernel = void (*)(const float*, const float*, float*, size_t);

Status Unary(UnaryKernel kernel, Address x, Address out, uint32_t n) {
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  kernel(ConstFloats(x), Floats(out), n);
  return Status::kOk;
}

Status Binary(BinaryKernel kernel, Address a, Address b, Address out, uint32_t n) {
  if (!AllInBounds(n, a, b, out)) return Status::kOutOfBounds;
  kernel(ConstFloats(a), ConstFloats(b), Floats(out), n);
  return Status::kOk;
}

// Leaves what the kernel computes in the result slot.
template <class Number>
Status Reduce(Number (*kernel)(const float*, size_t), Address x, uint32_t n) {
  if (!InBounds(x, n)) return Status::kOutOfBounds;
  result.value = kernel(ConstFloats(x), n);
  return Status::kOk;
}

Status ReducePair(float (*kernel)(const float*, const float*, size_t), Address a, Address b,
                  uint32_t n) {
  if (!AllInBounds(n, a, b)) return Status::kOutOfBounds;
  result.value = kernel(ConstFloats(a), ConstFloats(b), n);
  return Status::kOk;
}

bool IsElementwise(uint32_t activation) { return activation < kElementwiseActivations; }

// op(b)[k×n].
MatrixView RightOperand(Address b, uint32_t n, uint32_t k, uint32_t flags) {
  return flags & kTransposeB ? Transposed(ConstFloats(b), k) : RowMajor(ConstFloats(b), n);
}

}  // namespace

Status activate_f32(uint32_t activation, Address x, Address out, uint32_t n, float gain,
                    float alpha) {
  if (!IsElementwise(activation)) return Status::kInvalidArgument;
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  Activate(static_cast<Activation>(activation), ConstFloats(x), Floats(out), n, {gain, alpha});
  return Status::kOk;
}

Status activation_gradient_f32(uint32_t activation, Address x, Address out, uint32_t n, float gain,
                               float alpha) {
  if (!IsElementwise(activation)) return Status::kInvalidArgument;
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  ActivationGradient(static_cast<Activation>(activation), ConstFloats(x), Floats(out), n,
                     {gain, alpha});
  return Status::kOk;
}

Status add_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(AddArrays, a, b, out, n);
}
Status sub_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(SubArrays, a, b, out, n);
}
Status mul_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(MulArrays, a, b, out, n);
}
Status div_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(DivArrays, a, b, out, n);
}
Status min_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(MinArrays, a, b, out, n);
}
Status max_f32(Address a, Address b, Address out, uint32_t n) {
  return Binary(MaxArrays, a, b, out, n);
}

Status axpy_f32(Address x, Address y, Address out, uint32_t n, float alpha) {
  if (!AllInBounds(n, x, y, out)) return Status::kOutOfBounds;
  Axpy(alpha, ConstFloats(x), ConstFloats(y), Floats(out), n);
  return Status::kOk;
}
Status lerp_f32(Address a, Address b, Address out, uint32_t n, float t) {
  if (!AllInBounds(n, a, b, out)) return Status::kOutOfBounds;
  Lerp(ConstFloats(a), ConstFloats(b), t, Floats(out), n);
  return Status::kOk;
}
Status scale_f32(Address x, Address out, uint32_t n, float factor) {
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  Scale(ConstFloats(x), factor, Floats(out), n);
  return Status::kOk;
}
Status add_scalar_f32(Address x, Address out, uint32_t n, float value) {
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  AddScalar(ConstFloats(x), value, Floats(out), n);
  return Status::kOk;
}
Status clamp_f32(Address x, Address out, uint32_t n, float low, float high) {
  if (!AllInBounds(n, x, out)) return Status::kOutOfBounds;
  Clamp(ConstFloats(x), low, high, Floats(out), n);
  return Status::kOk;
}

Status abs_f32(Address x, Address out, uint32_t n) { return Unary(AbsArray, x, out, n); }
Status neg_f32(Address x, Address out, uint32_t n) { return Unary(NegateArray, x, out, n); }
Status square_f32(Address x, Address out, uint32_t n) { return Unary(Square, x, out, n); }
Status sqrt_f32(Address x, Address out, uint32_t n) { return Unary(SqrtArray, x, out, n); }
Status exp_f32(Address x, Address out, uint32_t n) { return Unary(ExpArray, x, out, n); }
Status log_f32(Address x, Address out, uint32_t n) { return Unary(LogArray, x, out, n); }

Status softmax_f32(Address x, Address out, uint32_t rows, uint32_t columns) {
  if (!AllInBounds(uint64_t{rows} * columns, x, out)) return Status::kOutOfBounds;
  Softmax(ConstFloats(x), Floats(out), rows, columns);
  return Status::kOk;
}
Status log_softmax_f32(Address x, Address out, uint32_t rows, uint32_t columns) {
  if (!AllInBounds(uint64_t{rows} * columns, x, out)) return Status::kOutOfBounds;
  LogSoftmax(ConstFloats(x), Floats(out), rows, columns);
  return Status::kOk;
}

Status normalize_f32(Address x, Address out, uint32_t n) { return Unary(Normalize, x, out, n); }

Status dot_f32(Address a, Address b, uint32_t n) { return ReducePair(Dot, a, b, n); }
Status cosine_similarity_f32(Address a, Address b, uint32_t n) {
  return ReducePair(CosineSimilarity, a, b, n);
}
Status sum_f32(Address x, uint32_t n) { return Reduce(Sum, x, n); }
Status mean_f32(Address x, uint32_t n) { return Reduce(Mean, x, n); }
Status norm_f32(Address x, uint32_t n) { return Reduce(Norm, x, n); }
Status variance_f32(Address x, uint32_t n) { return Reduce(Variance, x, n); }
Status min_value_f32(Address x, uint32_t n) { return Reduce(MinValue, x, n); }
Status max_value_f32(Address x, uint32_t n) { return Reduce(MaxValue, x, n); }
Status argmax_f32(Address x, uint32_t n) {
  const Status status = Reduce(ArgMax, x, n);
  if (n == 0) result.value = -1;
  return status;
}

Status spike_rate_f32(Address spikes, uint32_t n, double window_ms, double threshold) {
  if (!InBounds(spikes, n)) return Status::kOutOfBounds;
  result.value = SpikeRate(ConstFloats(spikes), n, window_ms, threshold);
  return Status::kOk;
}
Status mesh_efficiency_f32(Address neurons, uint32_t neuron_count, Address synapses,
                           uint32_t synapse_count) {
  if (!InBounds(neurons, neuron_count) || !InBounds(synapses, synapse_count)) {
    return Status::kOutOfBounds;
  }
  result.value =
      MeshEfficiency(ConstFloats(neurons), neuron_count, ConstFloats(synapses), synapse_count);
  return Status::kOk;
}

Status optimize_connections_f32(uint32_t rule, Address weights, Address pre, Address post,
                                Address out, uint32_t rows, uint32_t columns, float rate,
                                float decay, float low, float high, uint32_t seed_low,
                                uint32_t seed_high, uint32_t first_index) {
  if (rule >= kConnectionRules) return Status::kInvalidArgument;
  const ConnectionSettings settings = {
      static_cast<ConnectionRule>(rule), rate, decay, low, high, seed_low, seed_high, first_index};
  const bool needs_activity = NeedsActivity(settings.rule);
  if (!AllInBounds(uint64_t{rows} * columns, weights, out) ||
      (needs_activity && !(InBounds(pre, columns) && InBounds(post, rows)))) {
    return Status::kOutOfBounds;
  }
  OptimizeConnections(settings, ConstFloats(weights), ConstFloats(pre), ConstFloats(post),
                      Floats(out), rows, columns);
  return Status::kOk;
}

Status matmul_f32(Address a, Address b, Address bias, Address out, uint32_t m, uint32_t n,
                  uint32_t k, uint32_t flags, uint32_t activation, float alpha, float beta) {
  const bool is_packed = flags & kPackedB;
  if (flags > (kTransposeA | kPackedB) || (is_packed && flags & kTransposeB) ||
      !IsElementwise(activation)) {
    return Status::kInvalidArgument;
  }
  const uint64_t a_count = uint64_t{m} * k, out_count = uint64_t{m} * n;
  const uint64_t b_count = is_packed ? PackedFloats(n, k) : uint64_t{k} * n;
  if (!InBounds(a, a_count) || !InBounds(b, b_count) || !InBounds(out, out_count) ||
      (bias && !InBounds(bias, n))) {
    return Status::kOutOfBounds;
  }
  if (Overlaps(out, out_count, a, a_count) || Overlaps(out, out_count, b, b_count) ||
      (bias && Overlaps(out, out_count, bias, n))) {
    return Status::kOverlap;
  }
  const MatrixView left =
      flags & kTransposeA ? Transposed(ConstFloats(a), m) : RowMajor(ConstFloats(a), k);
  const MatmulEpilogue epilogue = {alpha, beta, bias ? ConstFloats(bias) : nullptr,
                                   static_cast<Activation>(activation)};
  if (is_packed) {
    Matmul(left, PackedMatrix{ConstFloats(b)}, Floats(out), m, n, k, epilogue, matmul_scratch);
  } else {
    Matmul(left, RightOperand(b, n, k, flags), Floats(out), m, n, k, epilogue, matmul_scratch);
  }
  return Status::kOk;
}

Status pack_f32(Address b, Address out, uint32_t n, uint32_t k, uint32_t flags) {
  if (flags & ~kTransposeB) return Status::kInvalidArgument;
  const uint64_t b_count = uint64_t{k} * n, out_count = PackedFloats(n, k);
  if (!InBounds(b, b_count) || !InBounds(out, out_count)) return Status::kOutOfBounds;
  if (Overlaps(out, out_count, b, b_count)) return Status::kOverlap;
  PackMatrix(RightOperand(b, n, k, flags), n, k, Floats(out));
  return Status::kOk;
}

Status matvec_f32(Address a, Address x, Address bias, Address out, uint32_t m, uint32_t n,
                  uint32_t activation) {
  if (!IsElementwise(activation)) return Status::kInvalidArgument;
  const uint64_t a_count = uint64_t{m} * n;
  if (!InBounds(a, a_count) || !InBounds(x, n) || !InBounds(out, m) ||
      (bias && !InBounds(bias, m))) {
    return Status::kOutOfBounds;
  }
  if (Overlaps(out, m, a, a_count) || Overlaps(out, m, x, n)) return Status::kOverlap;
  Matvec(ConstFloats(a), ConstFloats(x), bias ? ConstFloats(bias) : nullptr, Floats(out), m, n,
         static_cast<Activation>(activation));
  return Status::kOk;
}

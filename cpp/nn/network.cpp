#include "nn/network.h"

#include <string.h>

#include "kernels/gemv.h"
#include "kernels/matmul.h"
#include "kernels/softmax.h"
#include "math/threefry.h"

namespace neural {

namespace {

constexpr uint64_t kMaximumBytes = 1ull << 31;

float InitialLimit(Initializer initializer, const Layer& layer) {
  const float inputs = static_cast<float>(layer.inputs);
  const float outputs = static_cast<float>(layer.outputs);
  switch (initializer) {
    case Initializer::kHe:
      return __builtin_sqrtf(6.0f / inputs);
    case Initializer::kXavier:
      return __builtin_sqrtf(6.0f / (inputs + outputs));
    case Initializer::kUniform:
      return __builtin_sqrtf(1.0f / inputs);
    case Initializer::kZeros:
      return 0;
  }
  return 0;
}

}  // namespace

uint32_t Network::RequiredBytes(const uint32_t* sizes, uint32_t count) {
  // A layer takes at least a Layer, so that more than this cannot fit.
  if (count < 2 || count > kMaximumBytes / sizeof(Layer)) return 0;
  uint64_t bytes = PlanBytes(count - 1);
  for (uint32_t l = 0; l + 1 < count; ++l) {
    if (!sizes[l] || !sizes[l + 1]) return 0;
    // (2^32 - 1)² + 2^32 does not overflow 64 bits, its quadruple would.
    const uint64_t parameters = uint64_t{sizes[l]} * sizes[l + 1] + sizes[l + 1];
    if (parameters > kMaximumBytes / sizeof(float)) return 0;
    bytes += parameters * sizeof(float);
    if (bytes > kMaximumBytes) return 0;
  }
  return static_cast<uint32_t>(bytes);
}

Network* Network::Create(void* memory, const uint32_t* sizes, const uint32_t* activations,
                         uint32_t count) {
  const uint32_t bytes = RequiredBytes(sizes, count);
  memset(memory, 0, bytes);
  Network* network = static_cast<Network*>(memory);
  Layer* layers = reinterpret_cast<Layer*>(network + 1);
  uint32_t offset = 0, widest = 0;
  for (uint32_t l = 0; l + 1 < count; ++l) {
    const uint32_t weights = sizes[l] * sizes[l + 1];
    layers[l] = {sizes[l], sizes[l + 1], static_cast<Activation>(activations[l]), offset,
                 offset + weights};
    offset += weights + sizes[l + 1];
    if (l && sizes[l] > widest) widest = sizes[l];
  }
  network->magic_ = kMagic;
  network->layer_count_ = count - 1;
  network->parameter_count_ = offset;
  network->widest_hidden_ = widest;
  network->parameters_ =
      reinterpret_cast<float*>(static_cast<uint8_t*>(memory) + PlanBytes(count - 1));
  return network;
}

Network* Network::CopyPlan(void* memory, float* parameters) const {
  memcpy(memory, this, PlanBytes(layer_count_));
  Network* copy = static_cast<Network*>(memory);
  copy->parameters_ = parameters;
  return copy;
}

void Network::Initialize(Initializer initializer, uint32_t seed_low, uint32_t seed_high) {
  for (uint32_t l = 0; l < layer_count_; ++l) {
    const Layer& shape = layer(l);
    const float limit = InitialLimit(initializer, shape);
    float* values = weights(l);
    // Not by a limit of 0: that would leave -0 where the number drawn is negative.
    const uint32_t count = initializer == Initializer::kZeros ? 0 : shape.inputs * shape.outputs;
    FillSigned(values, count, limit, {seed_low, seed_high}, l);
    memset(values + count, 0, (shape.inputs * shape.outputs - count) * sizeof(float));
    memset(biases(l), 0, shape.outputs * sizeof(float));
  }
}

void MultiplyByLayer(const Network& network, uint32_t index, const float* x, uint32_t rows,
                     bool is_activated, float* out, float* matmul_scratch, const float* packed) {
  const Layer& layer = network.layer(index);
  const bool is_softmax = layer.activation == Activation::kSoftmax;
  MatmulEpilogue epilogue;
  epilogue.bias = network.biases(index);
  if (is_activated && !is_softmax) epilogue.activation = layer.activation;
  const MatrixView left = RowMajor(x, layer.inputs);
  if (packed) {
    Matmul(left, PackedMatrix{packed}, out, rows, layer.outputs, layer.inputs, epilogue,
           matmul_scratch);
  } else {
    Matmul(left, RowMajor(network.weights(index), layer.outputs), out, rows, layer.outputs,
           layer.inputs, epilogue, matmul_scratch);
  }
  if (is_activated && is_softmax) ActivateLayer(layer, out, rows);
}

void ActivateLayer(const Layer& layer, float* values, uint32_t rows) {
  if (layer.activation == Activation::kSoftmax) {
    Softmax(values, values, rows, layer.outputs);
  } else if (layer.activation != Activation::kLinear) {
    Activate(layer.activation, values, values, size_t{rows} * layer.outputs, {});
  }
}

uint64_t PackedWeightFloats(const Network& network) {
  uint64_t floats = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    floats += PackedFloats(network.layer(l).outputs, network.layer(l).inputs);
  }
  return floats;
}

void PackWeights(const Network& network, float* packed) {
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    const Layer& layer = network.layer(l);
    PackMatrix(RowMajor(network.weights(l), layer.outputs), layer.outputs, layer.inputs, packed);
    packed += PackedFloats(layer.outputs, layer.inputs);
  }
}

void Run(const Network& network, const float* x, float* out, uint32_t rows, RunUntil until,
         float* hidden, float* matmul_scratch, const float* packed_weights) {
  const float* input = x;
  float* halves[2] = {hidden, hidden + size_t{network.widest_hidden()} * rows};
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    const Layer& layer = network.layer(l);
    const bool is_last = l + 1 == network.layer_count();
    const bool is_activated = !is_last || until == RunUntil::kOutputs;
    float* output = is_last ? out : halves[l % 2];
    if (rows == 1) {
      RowTimesMatrix(input, network.weights(l), network.biases(l), output, layer.outputs,
                     layer.inputs);
      if (is_activated) ActivateLayer(layer, output, rows);
    } else {
      MultiplyByLayer(network, l, input, rows, is_activated, output, matmul_scratch,
                      packed_weights);
      if (packed_weights) packed_weights += PackedFloats(layer.outputs, layer.inputs);
    }
    input = output;
  }
}

}  // namespace neural

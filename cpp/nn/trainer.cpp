#include "nn/trainer.h"

#include <string.h>

#include "kernels/elementwise.h"
#include "kernels/matmul.h"

namespace neural {

namespace {

// Each part starts at a multiple of four floats, so that vectors do not straddle cache lines more
// often than they must.
uint64_t Padded(uint64_t floats) { return (floats + 3) / 4 * 4; }

uint32_t WidestOutput(const Network& network) {
  return network.outputs() > network.widest_hidden() ? network.outputs() : network.widest_hidden();
}

uint64_t SumOfOutputs(const Network& network) {
  uint64_t sum = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) sum += network.layer(l).outputs;
  return sum;
}

bool KeepsInputs(const Layer& layer) {
  return layer.activation != Activation::kSoftmax && DerivativeNeedsInput(layer.activation);
}

uint64_t SumOfInputsKept(const Network& network) {
  uint64_t sum = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    if (KeepsInputs(network.layer(l))) sum += network.layer(l).outputs;
  }
  return sum;
}

// db += column sums of delta, row after row.
void AddRows(const float* delta, uint32_t rows, uint32_t columns, float* biases) {
  for (uint32_t r = 0; r < rows; ++r, delta += columns) AddArrays(biases, delta, biases, columns);
}

}  // namespace

uint32_t Trainer::RequiredBytes(const Network& network, const TrainerSettings& settings) {
  const uint64_t n = Padded(network.parameter_count());
  const uint64_t rows = settings.batch_rows;
  const uint64_t floats = n * (1 + MomentCount(settings.optimizer.kind)) +
                          Padded(SumOfOutputs(network) * rows) +
                          Padded(SumOfInputsKept(network) * rows) +
                          2 * Padded(WidestOutput(network) * rows) + Padded(network.outputs());
  const uint64_t bytes = (sizeof(Trainer) + 15) / 16 * 16 + floats * sizeof(float);
  return rows && bytes <= 1ull << 31 ? static_cast<uint32_t>(bytes) : 0;
}

Trainer* Trainer::Create(void* memory, Network* network, const TrainerSettings& settings) {
  memset(memory, 0, RequiredBytes(*network, settings));
  Trainer* trainer = static_cast<Trainer*>(memory);
  const size_t n = Padded(network->parameter_count());
  const uint64_t rows = settings.batch_rows;
  float* next =
      reinterpret_cast<float*>(static_cast<uint8_t*>(memory) + (sizeof(Trainer) + 15) / 16 * 16);
  const auto take = [&next](uint64_t floats) {
    float* part = next;
    next += Padded(floats);
    return part;
  };
  trainer->magic_ = kMagic;
  trainer->network_ = network;
  trainer->settings_ = settings;
  trainer->powers_ = {};
  trainer->gradients_ = take(n);
  trainer->moments_ = take(n * MomentCount(settings.optimizer.kind));
  trainer->values_ = take(SumOfOutputs(*network) * rows);
  trainer->inputs_ = take(SumOfInputsKept(*network) * rows);
  trainer->deltas_[0] = take(WidestOutput(*network) * rows);
  trainer->deltas_[1] = take(WidestOutput(*network) * rows);
  trainer->row_scratch_ = take(network->outputs());
  return trainer;
}

// Fills values_ and returns the sum of the rows' losses.
double Trainer::ForwardPiece(const float* x, Targets targets, uint32_t rows,
                             float* matmul_scratch) {
  const Network& network = *network_;
  const float* input = x;
  float* output = values_;
  float* kept = inputs_;
  double loss = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    const Layer& layer = network.layer(l);
    const bool is_last = l + 1 == network.layer_count();
    MatmulEpilogue epilogue;
    epilogue.bias = network.biases(l);
    Matmul(RowMajor(input, layer.inputs), RowMajor(network.weights(l), layer.outputs), output, rows,
           layer.outputs, layer.inputs, epilogue, matmul_scratch);
    if (is_last && LossTakesLogits(settings_.loss)) {
      loss = SumOfLosses(settings_.loss, output, targets, rows, layer.outputs, row_scratch_);
    }
    if (KeepsInputs(layer)) {
      memcpy(kept, output, size_t{rows} * layer.outputs * sizeof(float));
      kept += size_t{rows} * layer.outputs;
    }
    ActivateLayer(layer, output, rows);
    if (is_last && !LossTakesLogits(settings_.loss)) {
      loss = SumOfLosses(settings_.loss, output, targets, rows, layer.outputs, row_scratch_);
    }
    input = output;
    output += size_t{rows} * layer.outputs;
  }
  return loss;
}

// Adds the gradients of a piece (or sets them, for the first). Walks the layers from the last:
//   dW = xᵀ·δ,  db = Σ δ,  δ of the layer below = (δ·Wᵀ) ∘ f'.
void Trainer::BackwardPiece(const float* x, Targets targets, uint32_t rows, uint32_t all_rows,
                            bool first, float* matmul_scratch) {
  const Network& network = *network_;
  const float* output = values_ + SumOfOutputs(network) * rows;
  const float* kept = inputs_ + SumOfInputsKept(network) * rows;
  // Walks down the values that the derivative of a layer is taken from.
  const auto derivative_values = [&kept, rows](const Layer& layer, const float* outputs) {
    if (!KeepsInputs(layer)) return outputs;
    kept -= size_t{rows} * layer.outputs;
    return kept;
  };
  float* delta = deltas_[0];
  float* below = deltas_[1];
  MatmulEpilogue accumulate;
  accumulate.beta = first ? 0.0f : 1.0f;
  for (uint32_t l = network.layer_count(); l-- > 0;) {
    const Layer& layer = network.layer(l);
    output -= size_t{rows} * layer.outputs;
    if (l + 1 == network.layer_count()) {
      OutputGradient(settings_.loss, layer.activation, output, derivative_values(layer, output),
                     targets, rows, layer.outputs, all_rows, delta);
    }
    const float* input = l ? output - size_t{rows} * layer.inputs : x;
    Matmul(Transposed(input, layer.inputs), RowMajor(delta, layer.outputs),
           gradients_ + layer.weights, layer.inputs, layer.outputs, rows, accumulate,
           matmul_scratch);
    float* bias_gradient = gradients_ + layer.biases;
    if (first) memset(bias_gradient, 0, layer.outputs * sizeof(float));
    AddRows(delta, rows, layer.outputs, bias_gradient);
    if (!l) break;
    Matmul(RowMajor(delta, layer.outputs), Transposed(network.weights(l), layer.outputs), below,
           rows, layer.inputs, layer.outputs, {}, matmul_scratch);
    const Layer& lower = network.layer(l - 1);
    MultiplyByDerivative(lower.activation, derivative_values(lower, input), below,
                         size_t{rows} * layer.inputs);
    float* done = delta;
    delta = below;
    below = done;
  }
}

bool Trainer::Step(const float* x, Targets targets, uint32_t rows, float* matmul_scratch,
                   double* loss) {
  double sum = 0;
  for (uint32_t begin = 0; begin < rows; begin += settings_.batch_rows) {
    const uint32_t left = rows - begin;
    const uint32_t piece = left < settings_.batch_rows ? left : settings_.batch_rows;
    const float* inputs = x + size_t{begin} * network_->inputs();
    const Targets wanted = targets.From(begin, network_->outputs());
    sum += ForwardPiece(inputs, wanted, piece, matmul_scratch);
    BackwardPiece(inputs, wanted, piece, rows, begin == 0, matmul_scratch);
  }
  *loss = sum / rows;
  if (!__builtin_isfinite(*loss)) return false;
  if (settings_.l2 != 0) {
    for (uint32_t l = 0; l < network_->layer_count(); ++l) {
      const Layer& layer = network_->layer(l);
      float* gradient = gradients_ + layer.weights;
      Axpy(settings_.l2, network_->weights(l), gradient, gradient,
           size_t{layer.inputs} * layer.outputs);
    }
  }
  Update(settings_.optimizer, &powers_, network_->parameters(), gradients_, moments_,
         network_->parameter_count());
  return true;
}

}  // namespace neural

#include "nn/trainer.h"

#include <string.h>

#include "kernels/elementwise.h"
#include "kernels/matmul.h"
#include "kernels/reduce.h"
#include "nn/dropout.h"

namespace neural {

namespace {

// Sets the numbers of a step's dropout apart from those of initialisers and shuffles.
constexpr uint32_t kDropoutStream = 0x80000000u;

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

bool IsDropped(const Network& network, const TrainerSettings& settings, uint32_t layer) {
  return settings.dropout != 0 && layer + 1 < network.layer_count();
}

bool Keeps(const Network& network, const TrainerSettings& settings, uint32_t layer) {
  return KeepsInputs(network.layer(layer)) || IsDropped(network, settings, layer);
}

uint64_t SumOfKept(const Network& network, const TrainerSettings& settings) {
  uint64_t sum = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    if (Keeps(network, settings, l)) sum += network.layer(l).outputs;
  }
  return sum;
}

uint64_t DroppedInputs(const Network& network, const TrainerSettings& settings) {
  return settings.input_dropout != 0 ? network.inputs() : 0;
}

// What precedes the floats.
uint64_t HeaderBytes(uint32_t members) {
  return (sizeof(Trainer) + 15) / 16 * 16 +
         (uint64_t{members} * sizeof(OptimizerState) + 15) / 16 * 16;
}

// db += column sums of delta, row after row.
void AddRows(const float* delta, uint32_t rows, uint32_t columns, float* biases) {
  for (uint32_t r = 0; r < rows; ++r, delta += columns) AddArrays(biases, delta, biases, columns);
}

}  // namespace

uint32_t Trainer::RequiredBytes(const Network& network, const TrainerSettings& settings,
                                uint32_t members) {
  constexpr uint64_t kMaximumBytes = 1ull << 31;
  const uint64_t n = Padded(network.parameter_count());
  const uint64_t rows = settings.batch_rows;
  // Each member has at least a state: more than this cannot fit, and what follows not overflow.
  if (!rows || members > kMaximumBytes / sizeof(OptimizerState)) return 0;
  const uint64_t moments =
      Padded(uint64_t{MomentCount(settings.optimizer.kind)} * network.parameter_count());
  const uint64_t floats = n + moments * members + Padded(SumOfOutputs(network) * rows) +
                          Padded(SumOfKept(network, settings) * rows) +
                          2 * Padded(WidestOutput(network) * rows) + Padded(network.outputs()) +
                          Padded(DroppedInputs(network, settings) * rows);
  if (floats > kMaximumBytes / sizeof(float)) return 0;
  const uint64_t bytes = HeaderBytes(members) + floats * sizeof(float);
  return bytes <= kMaximumBytes ? static_cast<uint32_t>(bytes) : 0;
}

Trainer* Trainer::Create(void* memory, Network* network, const TrainerSettings& settings,
                         uint32_t members) {
  memset(memory, 0, RequiredBytes(*network, settings, members));
  uint8_t* bytes = static_cast<uint8_t*>(memory);
  Trainer* trainer = static_cast<Trainer*>(memory);
  const uint64_t rows = settings.batch_rows;
  float* next = reinterpret_cast<float*>(bytes + HeaderBytes(members));
  const auto take = [&next](uint64_t floats) {
    float* part = next;
    next += Padded(floats);
    return part;
  };
  trainer->magic_ = kMagic;
  trainer->network_ = network;
  trainer->settings_ = settings;
  trainer->members_ = members;
  trainer->kept_per_row_ = SumOfKept(*network, settings);
  trainer->states_ = reinterpret_cast<OptimizerState*>(bytes + (sizeof(Trainer) + 15) / 16 * 16);
  trainer->gradients_ = take(network->parameter_count());
  trainer->moments_ = take(trainer->MomentStride() * members);
  trainer->values_ = take(SumOfOutputs(*network) * rows);
  trainer->kept_ = take(trainer->kept_per_row_ * rows);
  trainer->deltas_[0] = take(WidestOutput(*network) * rows);
  trainer->deltas_[1] = take(WidestOutput(*network) * rows);
  trainer->row_scratch_ = take(network->outputs());
  trainer->inputs_ = take(DroppedInputs(*network, settings) * rows);
  for (uint32_t m = 0; m < members; ++m) trainer->states_[m] = OptimizerState();
  return trainer;
}

uint64_t Trainer::MomentStride() const {
  return Padded(uint64_t{MomentCount(settings_.optimizer.kind)} * network_->parameter_count());
}

void Trainer::Reset(uint32_t member) {
  states_[member] = OptimizerState();
  memset(moments_ + MomentStride() * member, 0, MomentStride() * sizeof(float));
}

void Trainer::Drop(uint32_t layer, const Piece& piece, float* values) const {
  const RandomPair key = Threefry(dropout_key_, {layer, kDropoutStream});
  const bool is_input = layer == kInputs;
  const uint32_t columns = is_input ? network_->inputs() : network_->layer(layer).outputs;
  const float rate = is_input ? settings_.input_dropout : settings_.dropout;
  ApplyDropout(values, piece.rows, columns, rate, key, piece.begin);
}

const float* Trainer::DropInputs(const Piece& piece) const {
  memcpy(inputs_, piece.x, size_t{piece.rows} * network_->inputs() * sizeof(float));
  Drop(kInputs, piece, inputs_);
  return inputs_;
}

// Fills values_ and kept_, and returns the sum of the rows' losses.
double Trainer::ForwardPiece(const Piece& piece, float* matmul_scratch) {
  const Network& network = *network_;
  const float* input = piece.x;
  float* output = values_;
  float* kept = kept_;
  double loss = 0;
  for (uint32_t l = 0; l < network.layer_count(); ++l) {
    const Layer& layer = network.layer(l);
    const size_t count = size_t{piece.rows} * layer.outputs;
    const bool is_last = l + 1 == network.layer_count();
    const bool is_dropped = IsDropped(network, settings_, l);
    const auto keep = [&kept, output, count] {
      memcpy(kept, output, count * sizeof(float));
      kept += count;
    };
    const auto add_loss = [&] {
      loss = SumOfLosses(settings_.loss, output, piece.targets, piece.rows, layer.outputs,
                         row_scratch_);
    };
    const bool needs_logits = is_last && LossTakesLogits(settings_.loss);
    const bool is_apart = needs_logits || KeepsInputs(layer);
    MultiplyByLayer(network, l, input, piece.rows, !is_apart, output, matmul_scratch);
    if (needs_logits) add_loss();
    if (KeepsInputs(layer)) keep();
    if (is_apart) ActivateLayer(layer, output, piece.rows);
    if (is_last && !needs_logits) add_loss();
    if (is_dropped) {
      if (!KeepsInputs(layer)) keep();
      Drop(l, piece, output);
    }
    input = output;
    output += count;
  }
  return loss;
}

// Adds the gradients of a piece (or sets them, for the first). Walks the layers from the last:
//   dW = xᵀ·δ,  db = Σ δ,  δ of the layer below = dropout(δ·Wᵀ) ∘ f'.
void Trainer::BackwardPiece(const Piece& piece, float* matmul_scratch) {
  const Network& network = *network_;
  const uint32_t rows = piece.rows;
  const float* output = values_ + SumOfOutputs(network) * rows;
  const float* kept = kept_ + kept_per_row_ * rows;
  // Walks down the values that the derivative of a layer is taken from.
  const auto derivative_values = [&](uint32_t layer, const float* outputs) {
    if (!Keeps(network, settings_, layer)) return outputs;
    kept -= size_t{rows} * network.layer(layer).outputs;
    return kept;
  };
  float* delta = deltas_[0];
  float* below = deltas_[1];
  MatmulEpilogue accumulate;
  accumulate.beta = piece.begin == 0 ? 0.0f : 1.0f;
  for (uint32_t l = network.layer_count(); l-- > 0;) {
    const Layer& layer = network.layer(l);
    output -= size_t{rows} * layer.outputs;
    if (l + 1 == network.layer_count()) {
      OutputGradient(settings_.loss, layer.activation, output, derivative_values(l, output),
                     piece.targets, rows, layer.outputs, piece.all_rows, delta);
    }
    const float* input = l ? output - size_t{rows} * layer.inputs : piece.x;
    Matmul(Transposed(input, layer.inputs), RowMajor(delta, layer.outputs),
           gradients_ + layer.weights, layer.inputs, layer.outputs, rows, accumulate,
           matmul_scratch);
    float* bias_gradient = gradients_ + layer.biases;
    if (piece.begin == 0) memset(bias_gradient, 0, layer.outputs * sizeof(float));
    AddRows(delta, rows, layer.outputs, bias_gradient);
    if (!l) break;
    Matmul(RowMajor(delta, layer.outputs), Transposed(network.weights(l), layer.outputs), below,
           rows, layer.inputs, layer.outputs, {}, matmul_scratch);
    if (IsDropped(network, settings_, l - 1)) Drop(l - 1, piece, below);
    MultiplyByDerivative(network.layer(l - 1).activation, derivative_values(l - 1, input), below,
                         size_t{rows} * layer.inputs);
    float* done = delta;
    delta = below;
    below = done;
  }
}

// Calls visit(weights, their gradients, their number) for each layer.
template <class Visit>
void Trainer::EachLayer(Visit visit) {
  for (uint32_t l = 0; l < network_->layer_count(); ++l) {
    const Layer& layer = network_->layer(l);
    visit(network_->weights(l), gradients_ + layer.weights, size_t{layer.inputs} * layer.outputs);
  }
}

void Trainer::AddPenalties() {
  const float l1 = settings_.l1, l2 = settings_.l2;
  if (l2 != 0) EachLayer([=](float* w, float* g, size_t n) { Axpy(l2, w, g, g, n); });
  if (l1 != 0) {
    const F32x4 size = Splat(l1);
    EachLayer([=](float* w, float* g, size_t n) {
      Zip(w, g, g, n, [=](F32x4 weight, F32x4 gradient) {
        const F32x4 slope = Select(Equal(weight, Zero()), Zero(), CopySign(size, weight));
        return Add(gradient, slope);
      });
    });
  }
}

// A sum is finite only if all its terms are; finite terms may overflow it all the same.
bool Trainer::GradientIsFinite() const {
  const size_t n = network_->parameter_count();
  if (__builtin_isfinite(Sum(gradients_, n))) return true;
  for (size_t i = 0; i < n; ++i) {
    if (!__builtin_isfinite(gradients_[i])) return false;
  }
  return true;
}

// False when the gradient has no finite length.
bool Trainer::ClipGradient() {
  if (settings_.clip_norm == 0) return true;
  const size_t n = network_->parameter_count();
  const float norm = Norm(gradients_, n);
  if (!__builtin_isfinite(norm)) return false;
  if (norm > settings_.clip_norm) Scale(gradients_, settings_.clip_norm / norm, gradients_, n);
  return true;
}

bool Trainer::Step(const float* x, Targets targets, uint32_t rows, float* matmul_scratch,
                   double* loss, uint32_t member) {
  OptimizerState& state = states_[member];
  if (settings_.dropout != 0 || settings_.input_dropout != 0) {
    const RandomPair seed = {settings_.seed_low, settings_.seed_high};
    dropout_key_ = Threefry(Threefry(seed, {state.updates, kDropoutStream}), {member, 0});
  }
  double sum = 0;
  for (uint32_t begin = 0; begin < rows; begin += settings_.batch_rows) {
    const uint32_t left = rows - begin;
    Piece piece = {x + size_t{begin} * network_->inputs(), targets.From(begin, network_->outputs()),
                   left < settings_.batch_rows ? left : settings_.batch_rows, begin, rows};
    if (settings_.input_dropout != 0) piece.x = DropInputs(piece);
    sum += ForwardPiece(piece, matmul_scratch);
    BackwardPiece(piece, matmul_scratch);
  }
  *loss = sum / rows;
  if (!__builtin_isfinite(*loss)) return false;
  AddPenalties();
  if (!GradientIsFinite() || !ClipGradient()) return false;
  const OptimizerSettings& optimizer = settings_.optimizer;
  const float rate = optimizer.learning_rate *
                     ScheduleFactor(settings_.schedule, state.updates, settings_.updates);
  if (optimizer.kind == Optimizer::kAdamW) {
    const float factor = 1.0f - rate * optimizer.weight_decay;
    EachLayer([=](float* w, float*, size_t n) { Scale(w, factor, w, n); });
  }
  Update(optimizer, rate, &state, network_->parameters(), gradients_,
         moments_ + MomentStride() * member, network_->parameter_count());
  return true;
}

}  // namespace neural

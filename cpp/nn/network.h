// A dense network in one stretch of memory: a header, the plan of its layers, then all parameters.
// The parameters may lie elsewhere, too: a plan with the parameters of one of many networks.
//
// Layer l computes y = activation(x·W + b); W is inputs × outputs, row-major, so that a row of x
// meets contiguous weights. The parameters of a layer are W, then b; layers follow one another
// without gaps, so that an optimiser sees one array.
#pragma once

#include "kernels/activation.h"

namespace neural {

enum class Initializer : uint32_t { kHe, kXavier, kUniform, kZeros };

struct Layer {
  uint32_t inputs;
  uint32_t outputs;
  Activation activation;
  uint32_t weights;  // Offsets into the parameters, in floats.
  uint32_t biases;
};

class Network {
 public:
  // Bytes of a network with these widths (inputs first), or 0 where that is none: fewer than two
  // widths, a width of 0, or more than 2^31 bytes.
  static uint32_t RequiredBytes(const uint32_t* sizes, uint32_t count);

  // Makes a network in `memory` (RequiredBytes, aligned to 16), parameters zero. Softmax is for the
  // last layer only; the caller has checked that.
  static Network* Create(void* memory, const uint32_t* sizes, const uint32_t* activations,
                         uint32_t count);

  // Bytes of header and plan alone.
  static uint32_t PlanBytes(uint32_t layer_count) {
    return (static_cast<uint32_t>(sizeof(Network)) +
            layer_count * static_cast<uint32_t>(sizeof(Layer)) + 15) /
           16 * 16;
  }
  // A copy of the plan in `memory` (PlanBytes) over other parameters.
  Network* CopyPlan(void* memory, float* parameters) const;

  uint32_t inputs() const { return layer(0).inputs; }
  uint32_t outputs() const { return layer(layer_count_ - 1).outputs; }
  uint32_t layer_count() const { return layer_count_; }
  const Layer& layer(uint32_t index) const { return layers()[index]; }
  const Layer& last_layer() const { return layer(layer_count_ - 1); }
  uint32_t widest_hidden() const { return widest_hidden_; }

  uint32_t parameter_count() const { return parameter_count_; }
  float* parameters() { return parameters_; }
  const float* parameters() const { return parameters_; }
  void set_parameters(float* parameters) { parameters_ = parameters; }
  float* weights(uint32_t index) { return parameters() + layer(index).weights; }
  float* biases(uint32_t index) { return parameters() + layer(index).biases; }
  const float* weights(uint32_t index) const { return parameters() + layer(index).weights; }
  const float* biases(uint32_t index) const { return parameters() + layer(index).biases; }

  // Draws the weights from a uniform distribution in [-limit, limit): sqrt(6 / inputs) for kHe (He
  // et al., 2015), sqrt(6 / (inputs + outputs)) for kXavier (Glorot and Bengio, 2010), sqrt(1 /
  // inputs) for kUniform (LeCun et al., 1998). Biases are zero.
  void Initialize(Initializer initializer, uint32_t seed_low, uint32_t seed_high);

  // True for a network that Create made: a handle that was freed or invented is told by it.
  bool IsValid() const { return magic_ == kMagic; }
  void Invalidate() { magic_ = 0; }

 private:
  static constexpr uint32_t kMagic = 0x4e455457u;

  const Layer* layers() const { return reinterpret_cast<const Layer*>(this + 1); }

  uint32_t magic_;
  uint32_t layer_count_;
  uint32_t parameter_count_;
  uint32_t widest_hidden_;
  float* parameters_;
};

// Activation of a whole layer in place, softmax included.
void ActivateLayer(const Layer& layer, float* values, uint32_t rows);

// out[rows × outputs] = x[rows × inputs] through layer `index`, up to its activation or beyond.
// packed: its weights as a PackedMatrix, or null.
void MultiplyByLayer(const Network& network, uint32_t index, const float* x, uint32_t rows,
                     bool is_activated, float* out, float* matmul_scratch,
                     const float* packed = nullptr);

// Floats of scratch for Run, besides those of Matmul: two sets of hidden values.
inline uint64_t RunScratchFloats(const Network& network, uint32_t rows) {
  return 2ull * network.widest_hidden() * rows;
}

// All weights in the form that products of many rows read (PackedMatrix of matmul.h), for several
// runs with the same ones: PackedWeightFloats floats, aligned to 16.
uint64_t PackedWeightFloats(const Network& network);
void PackWeights(const Network& network, float* packed);

// out[rows × outputs] = the network applied to x[rows × inputs]; kLogits leaves the last activation
// out. hidden: RunScratchFloats. packed_weights: from PackWeights, or null.
enum class RunUntil { kOutputs, kLogits };
void Run(const Network& network, const float* x, float* out, uint32_t rows, RunUntil until,
         float* hidden, float* matmul_scratch, const float* packed_weights = nullptr);

}  // namespace neural

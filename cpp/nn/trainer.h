// Training state of one network: gradients, moments, and the values of a batch, planned up front in
// one stretch of memory. The network itself holds nothing but its parameters.
#pragma once

#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optimizer.h"

namespace neural {

struct TrainerSettings {
  OptimizerSettings optimizer;
  Loss loss = Loss::kMse;
  float l2 = 0;              // Adds l2·w to the gradient of each weight, not of the biases.
  uint32_t batch_rows = 32;  // A step of more rows is done in pieces of this size.
};

class Trainer {
 public:
  // Bytes of a trainer, or 0 where they exceed 2^31.
  static uint32_t RequiredBytes(const Network& network, const TrainerSettings& settings);

  // Makes a trainer in `memory` (RequiredBytes, aligned to 16). The network must outlive it.
  static Trainer* Create(void* memory, Network* network, const TrainerSettings& settings);

  // One update from x[rows × inputs]; *loss is the mean loss of the rows before it. False when that
  // is not finite: then nothing is updated.
  bool Step(const float* x, Targets targets, uint32_t rows, float* matmul_scratch, double* loss);

  void set_learning_rate(float rate) { settings_.optimizer.learning_rate = rate; }
  const Network& network() const { return *network_; }
  bool IsValid() const { return magic_ == kMagic && network_->IsValid(); }
  void Invalidate() { magic_ = 0; }

 private:
  static constexpr uint32_t kMagic = 0x5452414eu;

  double ForwardPiece(const float* x, Targets targets, uint32_t rows, float* matmul_scratch);
  void BackwardPiece(const float* x, Targets targets, uint32_t rows, uint32_t all_rows, bool first,
                     float* matmul_scratch);

  uint32_t magic_;
  Network* network_;
  TrainerSettings settings_;
  BetaPowers powers_;
  float* gradients_;
  float* moments_;
  float* values_;     // The outputs of every layer for a piece, layer after layer.
  float* inputs_;     // The same before the activation, of those layers that need them.
  float* deltas_[2];  // Gradients with respect to a layer's values before its activation.
  float* row_scratch_;
};

}  // namespace neural

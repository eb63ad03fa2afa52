// Training state of one network, or of several with one plan: moments for each, gradients and the
// values of a batch once, planned up front in one stretch of memory. The networks themselves hold
// nothing but their parameters.
#pragma once

#include "math/threefry.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

namespace neural {

// Words of four bytes without gaps: the caller of the module fills them in this order
// (trainerSettingNames of ts/core/abi.ts).
struct TrainerSettings {
  OptimizerSettings optimizer;
  Loss loss = Loss::kMse;
  // Added to the gradient of each weight, not of the biases: l1·sign(w) and l2·w.
  float l1 = 0, l2 = 0;
  float dropout = 0;        // The rate for the outputs of each hidden layer (see dropout.h).
  float input_dropout = 0;  // The rate for the inputs.
  float clip_norm = 0;      // 0: none. The gradient of all parameters together, penalties included,
                            // is scaled down to this length (Pascanu et al., 2013).
  uint32_t batch_rows = 32;  // A step of more rows is done in pieces of this size.
  Schedule schedule = Schedule::kConstant;
  uint32_t updates = 0;                  // After which the schedule is done.
  uint32_t seed_low = 0, seed_high = 0;  // Of the dropout.
};

class Trainer {
 public:
  // Bytes of a trainer for `members` networks, or 0 where they exceed 2^31.
  static uint32_t RequiredBytes(const Network& network, const TrainerSettings& settings,
                                uint32_t members = 1);

  // Makes a trainer in `memory` (RequiredBytes, aligned to 16). The network must outlive it.
  static Trainer* Create(void* memory, Network* network, const TrainerSettings& settings,
                         uint32_t members = 1);

  // One update of the network, with the moments of `member`, from x[rows × inputs]; *loss is the
  // mean loss of the rows before it. False when that or a part of the gradient is not finite: then
  // nothing is updated.
  bool Step(const float* x, Targets targets, uint32_t rows, float* matmul_scratch, double* loss,
            uint32_t member = 0);
  // Forgets what was remembered for a member.
  void Reset(uint32_t member);

  void set_learning_rate(float rate) { settings_.optimizer.learning_rate = rate; }
  const Network& network() const { return *network_; }
  uint32_t members() const { return members_; }
  bool IsValid() const { return magic_ == kMagic && network_->IsValid(); }
  void Invalidate() { magic_ = 0; }

 private:
  static constexpr uint32_t kMagic = 0x5452414eu;
  static constexpr uint32_t kInputs = 0xffffffffu;

  // Some rows of a batch.
  struct Piece {
    const float* x;
    Targets targets;
    uint32_t rows;
    uint32_t begin;  // Of its first row in the batch.
    uint32_t all_rows;
  };

  double ForwardPiece(const Piece& piece, float* matmul_scratch);
  void BackwardPiece(const Piece& piece, float* matmul_scratch);
  // Drops from the outputs of a layer; layer kInputs: from the inputs.
  void Drop(uint32_t layer, const Piece& piece, float* values) const;
  const float* DropInputs(const Piece& piece) const;
  template <class Visit>
  void EachLayer(Visit visit);
  void AddPenalties();
  bool GradientIsFinite() const;
  bool ClipGradient();
  // Floats of moments of one member.
  uint64_t MomentStride() const;

  uint32_t magic_;
  Network* network_;
  TrainerSettings settings_;
  uint32_t members_;
  uint64_t kept_per_row_;
  RandomPair dropout_key_;  // Of the step under way.
  OptimizerState* states_;  // Of each member.
  float* gradients_;
  float* moments_;
  float* values_;     // The outputs of every layer for a piece, layer after layer.
  float* kept_;       // What the derivative is taken from, of those layers that need another.
  float* deltas_[2];  // Gradients with respect to a layer's values before its activation.
  float* row_scratch_;
  float* inputs_;  // Those of a piece, thinned.
};

}  // namespace neural

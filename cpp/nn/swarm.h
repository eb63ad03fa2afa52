// Many networks of one plan in one stretch of memory: a header, the plan, the order in which they
// are run, then the parameters of each, slot after slot.
#pragma once

#include "nn/trainer.h"

namespace neural {

class Swarm {
 public:
  // Bytes of a swarm with `capacity` slots of networks with these widths, or 0 where that is none
  // (see Network::RequiredBytes).
  static uint32_t RequiredBytes(const uint32_t* sizes, uint32_t count, uint32_t capacity);

  // Makes a swarm in `memory` (RequiredBytes, aligned to 16), all parameters zero.
  static Swarm* Create(void* memory, const uint32_t* sizes, const uint32_t* activations,
                       uint32_t count, uint32_t capacity);

  uint32_t capacity() const { return capacity_; }
  // The plan, over the parameters of the slot that was pointed at last.
  Network& plan() { return *plan_; }
  Network& At(uint32_t slot) {
    plan_->set_parameters(ParametersOf(slot));
    return *plan_;
  }
  float* ParametersOf(uint32_t slot) { return parameters_ + size_t{stride_} * slot; }
  // The slots in use, in the order of their rows; the caller keeps them below the capacity.
  uint32_t* order() { return order_; }

  // out[agents × outputs]: row i is the network in slot order()[first + i] applied to row i of
  // x[agents × inputs]. hidden: RunScratchFloats for one row.
  void RunAll(const float* x, float* out, uint32_t first, uint32_t agents, float* hidden,
              float* matmul_scratch);

  // As many rows of each agent, in the order from its start: one update of each with its own
  // moments in `trainer`, made for plan() with a member for each slot. losses: f64, one for each
  // agent; an agent whose loss or gradient is not finite is not updated.
  void StepAll(Trainer* trainer, const float* x, Targets targets, uint32_t agents, uint32_t rows,
               float* matmul_scratch, double* losses);

  bool IsValid() const { return magic_ == kMagic; }
  void Invalidate() {
    magic_ = 0;
    plan_->Invalidate();
  }

 private:
  static constexpr uint32_t kMagic = 0x5357524du;

  uint32_t magic_;
  uint32_t capacity_;
  uint32_t stride_;  // Floats from one slot to the next.
  Network* plan_;
  uint32_t* order_;
  float* parameters_;
};

}  // namespace neural

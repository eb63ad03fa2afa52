#include "nn/swarm.h"

#include <string.h>

namespace neural {

namespace {

uint64_t Aligned(uint64_t bytes) { return (bytes + 15) / 16 * 16; }

constexpr uint64_t kHeaderBytes = (sizeof(Swarm) + 15) / 16 * 16;

}  // namespace

uint32_t Swarm::RequiredBytes(const uint32_t* sizes, uint32_t count, uint32_t capacity) {
  const uint32_t network = Network::RequiredBytes(sizes, count);
  if (!network || !capacity) return 0;
  const uint64_t plan = Network::PlanBytes(count - 1);
  const uint64_t bytes = kHeaderBytes + plan + Aligned(uint64_t{capacity} * sizeof(uint32_t)) +
                         capacity * Aligned(network - plan);
  return bytes <= 1ull << 31 ? static_cast<uint32_t>(bytes) : 0;
}

Swarm* Swarm::Create(void* memory, const uint32_t* sizes, const uint32_t* activations,
                     uint32_t count, uint32_t capacity) {
  memset(memory, 0, RequiredBytes(sizes, count, capacity));
  uint8_t* bytes = static_cast<uint8_t*>(memory);
  Swarm* swarm = static_cast<Swarm*>(memory);
  swarm->magic_ = kMagic;
  swarm->capacity_ = capacity;
  // It finds room behind its plan for the parameters of one network: those of the first slot, if
  // not where they will be.
  swarm->plan_ = Network::Create(bytes + kHeaderBytes, sizes, activations, count);
  swarm->stride_ = (swarm->plan_->parameter_count() + 3) / 4 * 4;
  uint8_t* order = bytes + kHeaderBytes + Network::PlanBytes(count - 1);
  swarm->order_ = reinterpret_cast<uint32_t*>(order);
  swarm->parameters_ =
      reinterpret_cast<float*>(order + Aligned(uint64_t{capacity} * sizeof(uint32_t)));
  swarm->plan_->set_parameters(swarm->parameters_);
  return swarm;
}

void Swarm::RunAll(const float* x, float* out, uint32_t first, uint32_t agents, float* hidden,
                   float* matmul_scratch) {
  const size_t inputs = plan_->inputs(), outputs = plan_->outputs();
  for (uint32_t i = 0; i < agents; ++i) {
    Run(At(order_[first + i]), x + i * inputs, out + i * outputs, 1, RunUntil::kOutputs, hidden,
        matmul_scratch);
  }
}

void Swarm::StepAll(Trainer* trainer, const float* x, Targets targets, uint32_t agents,
                    uint32_t rows, float* matmul_scratch, double* losses) {
  for (uint32_t i = 0; i < agents; ++i) {
    At(order_[i]);
    const size_t first = size_t{i} * rows;
    trainer->Step(x + first * plan_->inputs(), targets.From(first, plan_->outputs()), rows,
                  matmul_scratch, losses + i, order_[i]);
  }
}

}  // namespace neural

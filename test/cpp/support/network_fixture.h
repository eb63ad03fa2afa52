// Networks and trainers in memory of exactly their size.
#pragma once

#include <iterator>
#include <memory>

#include "kernels/matmul.h"
#include "nn/trainer.h"
#include "support/buffer.h"
#include "support/inputs.h"

namespace neural::test {

inline constexpr Optimizer kAllOptimizers[] = {
    Optimizer::kSgd,  Optimizer::kMomentum, Optimizer::kNesterov, Optimizer::kRmsprop,
    Optimizer::kAdam, Optimizer::kAdamW,    Optimizer::kRprop,    Optimizer::kQuickprop};
static_assert(std::size(kAllOptimizers) == kOptimizers);

struct NetworkShape {
  std::vector<uint32_t> sizes;  // Inputs first.
  std::vector<Activation> activations;
};

class NetworkInMemory {
 public:
  explicit NetworkInMemory(const NetworkShape& shape)
      : memory_(Network::RequiredBytes(shape.sizes.data(), Count(shape)) / sizeof(float)) {
    std::vector<uint32_t> kinds;
    for (const Activation a : shape.activations) kinds.push_back(static_cast<uint32_t>(a));
    network_ = Network::Create(memory_.data(), shape.sizes.data(), kinds.data(), Count(shape));
  }

  Network* operator->() { return network_; }
  Network& operator*() { return *network_; }
  Network* get() { return network_; }

  void SetParameters(const std::vector<float>& values) {
    std::copy(values.begin(), values.end(), network_->parameters());
  }
  std::vector<float> Parameters() const {
    return {network_->parameters(), network_->parameters() + network_->parameter_count()};
  }

  std::vector<float> Run(const std::vector<float>& x, RunUntil until = RunUntil::kOutputs,
                         const float* packed_weights = nullptr) {
    const uint32_t rows = static_cast<uint32_t>(x.size() / network_->inputs());
    Buffer out(size_t{rows} * network_->outputs(), 1);
    Buffer hidden(RunScratchFloats(*network_, rows)), scratch(kMatmulScratchFloats);
    neural::Run(*network_, x.data(), out.data(), rows, until, hidden.data(), scratch.data(),
                packed_weights);
    return out.Copy();
  }

 private:
  static uint32_t Count(const NetworkShape& shape) {
    return static_cast<uint32_t>(shape.sizes.size());
  }

  Buffer memory_;
  Network* network_;
};

class TrainerInMemory {
 public:
  TrainerInMemory(NetworkInMemory* network, const TrainerSettings& settings)
      : memory_(Trainer::RequiredBytes(**network, settings) / sizeof(float)),
        trainer_(Trainer::Create(memory_.data(), network->get(), settings)) {}

  Trainer* operator->() { return trainer_; }

  bool Step(const std::vector<float>& x, Targets targets, double* loss) {
    const auto rows = static_cast<uint32_t>(x.size() / trainer_->network().inputs());
    return trainer_->Step(x.data(), targets, rows, scratch_.data(), loss);
  }

 private:
  Buffer memory_;
  Trainer* trainer_;
  Buffer scratch_{kMatmulScratchFloats};
};

}  // namespace neural::test

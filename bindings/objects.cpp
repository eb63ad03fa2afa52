// What embind registers: objects with a life, and enumerations.
//
// Records do not cross this border: embind makes them with `new`, which aborts when the pool is
// full.
#include <emscripten/bind.h>

#include "bindings/module.h"
#include "nn/trainer.h"

namespace {

using namespace neural;
using namespace neural::module;

// Objects live in blocks of the pool; embind deletes them through this.
template <class Object>
struct InPool : Object {
  static void operator delete(void* object) {
    static_cast<Object*>(object)->Invalidate();
    ThePool().Release(object);
  }
};

// Free functions, since embind takes a method of an unregistered base for one of another class.
template <class Object>
Address HandleOf(const Object& object) {
  return reinterpret_cast<Address>(&object);
}
template <class Object>
double MemoryBytesOf(const Object& object) {
  return ThePool().UsableBytes(&object) + double{Pool::kHeaderBytes};
}

struct NetworkObject : InPool<Network> {
  static double RequiredBytes(Address sizes, uint32_t count) {
    return InBounds(sizes, count)
               ? Network::RequiredBytes(reinterpret_cast<uint32_t*>(sizes), count)
               : 0;
  }

  static NetworkObject* Create(Address sizes, Address activations, uint32_t count,
                               uint32_t initializer, uint32_t seed_low, uint32_t seed_high) {
    if (count < 2 || !InBounds(sizes, count) || !InBounds(activations, count - 1)) return nullptr;
    const uint32_t* widths = reinterpret_cast<const uint32_t*>(sizes);
    const uint32_t* kinds = reinterpret_cast<const uint32_t*>(activations);
    for (uint32_t l = 0; l + 1 < count; ++l) {
      const bool is_last = l + 2 == count;
      if (kinds[l] >= kElementwiseActivations + is_last) return nullptr;
    }
    const uint32_t bytes = Network::RequiredBytes(widths, count);
    if (!bytes || initializer > static_cast<uint32_t>(Initializer::kZeros)) return nullptr;
    void* memory = ThePool().Allocate(bytes, Pool::kAlignment, kOwnerNetwork);
    if (!memory) return nullptr;
    Network* network = Network::Create(memory, widths, kinds, count);
    network->Initialize(static_cast<Initializer>(initializer), seed_low, seed_high);
    return static_cast<NetworkObject*>(network);
  }

  uint32_t ParameterCount() const { return parameter_count(); }
  Address WeightsAddress(uint32_t index) {
    return index < layer_count() ? reinterpret_cast<Address>(weights(index)) : 0;
  }
  Address BiasesAddress(uint32_t index) {
    return index < layer_count() ? reinterpret_cast<Address>(biases(index)) : 0;
  }
};

struct TrainerObject : InPool<Trainer> {
  static double RequiredBytes(const NetworkObject& network, uint32_t optimizer,
                              uint32_t batch_rows) {
    TrainerSettings settings;
    settings.optimizer.kind = static_cast<Optimizer>(optimizer);
    settings.batch_rows = batch_rows;
    return Trainer::RequiredBytes(network, settings);
  }

  static TrainerObject* Create(NetworkObject& network, uint32_t optimizer, uint32_t loss,
                               float learning_rate, float momentum, float beta1, float beta2,
                               float epsilon, float l2, uint32_t batch_rows) {
    if (optimizer > static_cast<uint32_t>(Optimizer::kAdam) ||
        loss > static_cast<uint32_t>(Loss::kCrossEntropy)) {
      return nullptr;
    }
    TrainerSettings settings;
    settings.optimizer = {
        static_cast<Optimizer>(optimizer), learning_rate, momentum, beta1, beta2, epsilon};
    settings.loss = static_cast<Loss>(loss);
    settings.l2 = l2;
    settings.batch_rows = batch_rows;
    // The cross-entropy is taken with the softmax as one.
    if (settings.loss == Loss::kCrossEntropy &&
        network.last_layer().activation != Activation::kSoftmax) {
      return nullptr;
    }
    const uint32_t bytes = Trainer::RequiredBytes(network, settings);
    void* memory = bytes ? ThePool().Allocate(bytes, Pool::kAlignment, kOwnerNetwork) : nullptr;
    if (!memory) return nullptr;
    return static_cast<TrainerObject*>(Trainer::Create(memory, &network, settings));
  }

  void SetLearningRate(float rate) { set_learning_rate(rate); }
};

}  // namespace

EMSCRIPTEN_BINDINGS(neural) {
  using namespace emscripten;

  enum_<Status>("Status")
      .value("ok", Status::kOk)
      .value("invalidArgument", Status::kInvalidArgument)
      .value("outOfBounds", Status::kOutOfBounds)
      .value("overlap", Status::kOverlap)
      .value("poolExhausted", Status::kPoolExhausted)
      .value("labelOutOfRange", Status::kLabelOutOfRange)
      .value("notFinite", Status::kNotFinite);
  enum_<Activation>("Activation")
#define NEURAL_ACTIVATION_VALUE(Name, name) .value(name, Activation::k##Name)
      NEURAL_ACTIVATIONS(NEURAL_ACTIVATION_VALUE)
#undef NEURAL_ACTIVATION_VALUE
          .value("softmax", Activation::kSoftmax);
  enum_<Initializer>("Initializer")
      .value("he", Initializer::kHe)
      .value("xavier", Initializer::kXavier)
      .value("uniform", Initializer::kUniform)
      .value("zeros", Initializer::kZeros);
  enum_<Optimizer>("Optimizer")
      .value("sgd", Optimizer::kSgd)
      .value("momentum", Optimizer::kMomentum)
      .value("adam", Optimizer::kAdam);
  enum_<Loss>("Loss").value("mse", Loss::kMse).value("crossEntropy", Loss::kCrossEntropy);

  class_<NetworkObject>("Network")
      .class_function("requiredBytes", &NetworkObject::RequiredBytes)
      .class_function("create", &NetworkObject::Create, allow_raw_pointers())
      .function("address", &HandleOf<NetworkObject>)
      .function("parameterCount", &NetworkObject::ParameterCount)
      .function("memoryBytes", &MemoryBytesOf<NetworkObject>)
      .function("weightsAddress", &NetworkObject::WeightsAddress)
      .function("biasesAddress", &NetworkObject::BiasesAddress);

  class_<TrainerObject>("Trainer")
      .class_function("requiredBytes", &TrainerObject::RequiredBytes)
      .class_function("create", &TrainerObject::Create, allow_raw_pointers())
      .function("address", &HandleOf<TrainerObject>)
      .function("memoryBytes", &MemoryBytesOf<TrainerObject>)
      .function("setLearningRate", &TrainerObject::SetLearningRate);
}

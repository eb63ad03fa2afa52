// What embind registers: objects with a life, and enumerations.
//
// Records do not cross this border: embind makes them with `new`, which aborts when the pool is
// full.
#include <emscripten/bind.h>

#include "bindings/module.h"
#include "nn/swarm.h"

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

void* Allocate(uint32_t bytes) {
  return bytes ? ThePool().Allocate(bytes, Pool::kAlignment, kOwnerNetwork) : nullptr;
}

// Whether activations go with the widths: softmax in the last layer only.
bool IsPlan(Address sizes, Address activations, uint32_t count) {
  if (count < 2 || !InBounds(sizes, count) || !InBounds(activations, count - 1)) return false;
  const uint32_t* kinds = reinterpret_cast<const uint32_t*>(activations);
  for (uint32_t l = 0; l + 1 < count; ++l) {
    const bool is_last = l + 2 == count;
    if (kinds[l] >= kElementwiseActivations + is_last) return false;
  }
  return true;
}

bool IsInitializer(uint32_t value) { return value <= static_cast<uint32_t>(Initializer::kZeros); }

struct NetworkObject : InPool<Network> {
  static double RequiredBytes(Address sizes, uint32_t count) {
    return InBounds(sizes, count)
               ? Network::RequiredBytes(reinterpret_cast<uint32_t*>(sizes), count)
               : 0;
  }

  static NetworkObject* Create(Address sizes, Address activations, uint32_t count,
                               uint32_t initializer, uint32_t seed_low, uint32_t seed_high) {
    if (!IsPlan(sizes, activations, count) || !IsInitializer(initializer)) return nullptr;
    const uint32_t* widths = reinterpret_cast<const uint32_t*>(sizes);
    void* memory = Allocate(Network::RequiredBytes(widths, count));
    if (!memory) return nullptr;
    Network* network =
        Network::Create(memory, widths, reinterpret_cast<const uint32_t*>(activations), count);
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

struct SwarmObject : InPool<Swarm> {
  static double RequiredBytes(Address sizes, uint32_t count, uint32_t capacity) {
    return InBounds(sizes, count)
               ? Swarm::RequiredBytes(reinterpret_cast<uint32_t*>(sizes), count, capacity)
               : 0;
  }

  static SwarmObject* Create(Address sizes, Address activations, uint32_t count,
                             uint32_t capacity) {
    if (!IsPlan(sizes, activations, count)) return nullptr;
    const uint32_t* widths = reinterpret_cast<const uint32_t*>(sizes);
    void* memory = Allocate(Swarm::RequiredBytes(widths, count, capacity));
    if (!memory) return nullptr;
    return static_cast<SwarmObject*>(Swarm::Create(
        memory, widths, reinterpret_cast<const uint32_t*>(activations), count, capacity));
  }

  void InitializeSlot(uint32_t slot, uint32_t initializer, uint32_t seed_low, uint32_t seed_high) {
    if (slot >= capacity() || !IsInitializer(initializer)) return;
    At(slot).Initialize(static_cast<Initializer>(initializer), seed_low, seed_high);
  }

  // A network over the parameters of a slot; null when the pool has no room for its plan.
  NetworkObject* NetworkAt(uint32_t slot) {
    void* memory = slot < capacity() ? Allocate(Network::PlanBytes(plan().layer_count())) : nullptr;
    if (!memory) return nullptr;
    return static_cast<NetworkObject*>(plan().CopyPlan(memory, ParametersOf(slot)));
  }

  Address OrderAddress() { return reinterpret_cast<Address>(order()); }
  Address PlanAddress() { return reinterpret_cast<Address>(&plan()); }
};

struct TrainerObject : InPool<Trainer> {
  static double RequiredBytes(Address network, Address settings, uint32_t members) {
    return IsTraining(network, settings)
               ? Trainer::RequiredBytes(NetworkAt(network), SettingsAt(settings), members)
               : 0;
  }

  static TrainerObject* Create(Address network, Address settings, uint32_t members) {
    if (!IsTraining(network, settings)) return nullptr;
    Network& target = NetworkAt(network);
    const TrainerSettings& wanted = SettingsAt(settings);
    void* memory = Allocate(Trainer::RequiredBytes(target, wanted, members));
    if (!memory) return nullptr;
    return static_cast<TrainerObject*>(Trainer::Create(memory, &target, wanted, members));
  }

  void ResetMember(uint32_t member) {
    if (member < members()) Reset(member);
  }

 private:
  static Network& NetworkAt(Address network) { return *reinterpret_cast<Network*>(network); }
  static const TrainerSettings& SettingsAt(Address settings) {
    return *reinterpret_cast<const TrainerSettings*>(settings);
  }
  static bool IsTraining(Address network, Address settings) {
    static_assert(sizeof(TrainerSettings) == kTrainerSettings * 4);
    if (network % Pool::kAlignment || !InBounds(network, sizeof(Network) / 4) ||
        !NetworkAt(network).IsValid() || !InBounds(settings, kTrainerSettings)) {
      return false;
    }
    const TrainerSettings& s = SettingsAt(settings);
    return static_cast<uint32_t>(s.optimizer.kind) < kOptimizers &&
           static_cast<uint32_t>(s.loss) < kLosses &&
           static_cast<uint32_t>(s.schedule) < kSchedules;
  }
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
      .value("nesterov", Optimizer::kNesterov)
      .value("rmsprop", Optimizer::kRmsprop)
      .value("adam", Optimizer::kAdam)
      .value("adamw", Optimizer::kAdamW)
      .value("rprop", Optimizer::kRprop)
      .value("quickprop", Optimizer::kQuickprop);
  enum_<Loss>("Loss")
      .value("mse", Loss::kMse)
      .value("crossEntropy", Loss::kCrossEntropy)
      .value("binaryCrossEntropy", Loss::kBinaryCrossEntropy)
      .value("huber", Loss::kHuber);
  enum_<Schedule>("Schedule")
      .value("constant", Schedule::kConstant)
      .value("cosine", Schedule::kCosine)
      .value("step", Schedule::kStep);

  class_<NetworkObject>("Network")
      .class_function("requiredBytes", &NetworkObject::RequiredBytes)
      .class_function("create", &NetworkObject::Create, allow_raw_pointers())
      .function("address", &HandleOf<NetworkObject>)
      .function("parameterCount", &NetworkObject::ParameterCount)
      .function("memoryBytes", &MemoryBytesOf<NetworkObject>)
      .function("weightsAddress", &NetworkObject::WeightsAddress)
      .function("biasesAddress", &NetworkObject::BiasesAddress);

  class_<SwarmObject>("Swarm")
      .class_function("requiredBytes", &SwarmObject::RequiredBytes)
      .class_function("create", &SwarmObject::Create, allow_raw_pointers())
      .function("address", &HandleOf<SwarmObject>)
      .function("memoryBytes", &MemoryBytesOf<SwarmObject>)
      .function("initialize", &SwarmObject::InitializeSlot)
      .function("network", &SwarmObject::NetworkAt, allow_raw_pointers())
      .function("orderAddress", &SwarmObject::OrderAddress)
      .function("planAddress", &SwarmObject::PlanAddress);

  class_<TrainerObject>("Trainer")
      .class_function("requiredBytes", &TrainerObject::RequiredBytes)
      .class_function("create", &TrainerObject::Create, allow_raw_pointers())
      .function("address", &HandleOf<TrainerObject>)
      .function("memoryBytes", &MemoryBytesOf<TrainerObject>)
      .function("reset", &TrainerObject::ResetMember);
}

// The exports of networks and trainers. A handle is the address of the object in the pool; a stale
// or invented one is refused.
#include "bindings/module.h"
#include "math/threefry.h"
#include "nn/swarm.h"

using namespace neural;
using namespace neural::module;

namespace {

// The object of a handle, or null.
template <class Object>
Object* FromHandle(Address handle) {
  if (handle % Pool::kAlignment || !InBounds(handle, sizeof(Object) / 4)) return nullptr;
  Object* object = reinterpret_cast<Object*>(handle);
  return object->IsValid() ? object : nullptr;
}

Status CheckTargets(const Network& network, Address targets, Address labels, uint32_t rows) {
  if (!targets == !labels) return Status::kInvalidArgument;
  if (targets && !InBounds(targets, uint64_t{rows} * network.outputs())) {
    return Status::kOutOfBounds;
  }
  if (labels && !InBounds(labels, rows)) return Status::kOutOfBounds;
  const uint32_t* classes = reinterpret_cast<const uint32_t*>(labels);
  for (uint32_t r = 0; labels && r < rows; ++r) {
    if (classes[r] >= network.outputs()) return Status::kLabelOutOfRange;
  }
  return Status::kOk;
}

// Whether `agents` entries of the order, from `first` on, are slots.
bool HasOrder(Swarm* swarm, uint32_t first, uint32_t agents) {
  if (uint64_t{first} + agents > swarm->capacity()) return false;
  for (uint32_t i = first; i < first + agents; ++i) {
    if (swarm->order()[i] >= swarm->capacity()) return false;
  }
  return true;
}

Targets TargetsAt(Address targets, Address labels) {
  return {targets ? ConstFloats(targets) : nullptr, reinterpret_cast<const uint32_t*>(labels)};
}

// Rows that are run at a time: enough for the products to be efficient, few enough for the hidden
// values to stay in the cache. It does not change a bit of the result.
constexpr uint32_t kRowsAtOnce = 64;

uint32_t PieceRows(uint32_t rows) { return rows < kRowsAtOnce ? rows : kRowsAtOnce; }

// The weights packed, for a run of several pieces; none where the pool has no room for them, which
// changes no bit either.
class WeightsForPieces {
 public:
  WeightsForPieces(const Network& network, uint32_t rows)
      : floats_(Floats(network, rows)), memory_(floats_) {
    if (floats_ && memory_) PackWeights(network, memory_.data());
  }
  const float* data() const { return floats_ ? memory_.data() : nullptr; }

 private:
  static uint64_t Floats(const Network& network, uint32_t rows) {
    if (rows <= kRowsAtOnce) return 0;
    const uint64_t floats = PackedWeightFloats(network);
    return floats * sizeof(float) <= ThePool().Stats().largest_free ? floats : 0;
  }

  uint64_t floats_;
  TemporaryFloats memory_;
};

}  // namespace

Status network_run_f32(Address handle, Address x, Address out, uint32_t rows) {
  const Network* network = FromHandle<Network>(handle);
  if (!network) return Status::kInvalidArgument;
  const uint64_t in_count = uint64_t{rows} * network->inputs();
  const uint64_t out_count = uint64_t{rows} * network->outputs();
  if (!InBounds(x, in_count) || !InBounds(out, out_count)) return Status::kOutOfBounds;
  if (Overlaps(x, in_count, out, out_count)) return Status::kOverlap;
  const uint64_t hidden_floats = RunScratchFloats(*network, PieceRows(rows));
  // One row is the call that must be short: no allocation where the scratch of the products, which
  // it does not need, has room.
  if (rows == 1 && hidden_floats <= kHiddenFloats) {
    Run(*network, ConstFloats(x), Floats(out), 1, RunUntil::kOutputs, hidden_scratch,
        matmul_scratch);
    return Status::kOk;
  }
  const TemporaryFloats hidden(hidden_floats);
  if (!hidden) return Status::kPoolExhausted;
  const WeightsForPieces weights(*network, rows);
  for (uint32_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    Run(*network, ConstFloats(x) + size_t{begin} * network->inputs(),
        Floats(out) + size_t{begin} * network->outputs(), PieceRows(rows - begin),
        RunUntil::kOutputs, hidden.data(), matmul_scratch, weights.data());
  }
  return Status::kOk;
}

Status network_evaluate_f32(Address handle, Address x, Address targets, Address labels,
                            uint32_t rows, uint32_t loss) {
  const Network* network = FromHandle<Network>(handle);
  if (!network || loss >= kLosses) return Status::kInvalidArgument;
  if (!InBounds(x, uint64_t{rows} * network->inputs())) return Status::kOutOfBounds;
  const Status status = CheckTargets(*network, targets, labels, rows);
  if (status != Status::kOk) return status;
  const uint32_t columns = network->outputs();
  const uint64_t hidden_count = RunScratchFloats(*network, PieceRows(rows));
  const TemporaryFloats scratch(hidden_count + uint64_t{columns} * (PieceRows(rows) + 1));
  if (!scratch) return Status::kPoolExhausted;
  float* outputs = scratch.data() + hidden_count;
  float* row_scratch = outputs + size_t{columns} * PieceRows(rows);
  const Loss kind = static_cast<Loss>(loss);
  const RunUntil until = LossTakesLogits(kind) ? RunUntil::kLogits : RunUntil::kOutputs;
  const WeightsForPieces weights(*network, rows);
  result = {};
  for (uint32_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const uint32_t piece = PieceRows(rows - begin);
    const Targets wanted = TargetsAt(targets, labels).From(begin, columns);
    Run(*network, ConstFloats(x) + size_t{begin} * network->inputs(), outputs, piece, until,
        scratch.data(), matmul_scratch, weights.data());
    result.value += SumOfLosses(kind, outputs, wanted, piece, columns, row_scratch);
    result.count += CountCorrect(outputs, wanted, piece, columns);
  }
  return Status::kOk;
}

Status trainer_step_f32(Address handle, Address x, Address targets, Address labels, uint32_t rows) {
  Trainer* trainer = FromHandle<Trainer>(handle);
  if (!trainer || !rows || trainer->members() != 1) return Status::kInvalidArgument;
  const Network& network = trainer->network();
  if (!InBounds(x, uint64_t{rows} * network.inputs())) return Status::kOutOfBounds;
  const Status status = CheckTargets(network, targets, labels, rows);
  if (status != Status::kOk) return status;
  const bool finite = trainer->Step(ConstFloats(x), TargetsAt(targets, labels), rows,
                                    matmul_scratch, &result.value);
  return finite ? Status::kOk : Status::kNotFinite;
}

Status swarm_run_f32(Address handle, uint32_t first, Address x, Address out, uint32_t agents) {
  Swarm* swarm = FromHandle<Swarm>(handle);
  if (!swarm || !HasOrder(swarm, first, agents)) return Status::kInvalidArgument;
  const uint64_t in_count = uint64_t{agents} * swarm->plan().inputs();
  const uint64_t out_count = uint64_t{agents} * swarm->plan().outputs();
  if (!InBounds(x, in_count) || !InBounds(out, out_count)) return Status::kOutOfBounds;
  if (Overlaps(x, in_count, out, out_count)) return Status::kOverlap;
  const uint64_t hidden_floats = RunScratchFloats(swarm->plan(), 1);
  const bool fits = hidden_floats <= kHiddenFloats;
  const TemporaryFloats hidden(fits ? 0 : hidden_floats);  // An empty block is cheap.
  if (!hidden) return Status::kPoolExhausted;
  swarm->RunAll(ConstFloats(x), Floats(out), first, agents, fits ? hidden_scratch : hidden.data(),
                matmul_scratch);
  return Status::kOk;
}

Status swarm_step_f32(Address handle, Address trainer_handle, Address x, Address targets,
                      Address labels, uint32_t agents, uint32_t rows, Address losses) {
  Swarm* swarm = FromHandle<Swarm>(handle);
  Trainer* trainer = FromHandle<Trainer>(trainer_handle);
  if (!swarm || !trainer || &trainer->network() != &swarm->plan() || !rows ||
      trainer->members() != swarm->capacity() || !HasOrder(swarm, 0, agents)) {
    return Status::kInvalidArgument;
  }
  const uint64_t all_rows = uint64_t{agents} * rows;
  if (losses % 8 || !InBounds(losses, uint64_t{agents} * 2) || all_rows > UINT32_MAX ||
      !InBounds(x, all_rows * swarm->plan().inputs())) {
    return Status::kOutOfBounds;
  }
  const Status status =
      CheckTargets(swarm->plan(), targets, labels, static_cast<uint32_t>(all_rows));
  if (status != Status::kOk) return status;
  swarm->StepAll(trainer, ConstFloats(x), TargetsAt(targets, labels), agents, rows, matmul_scratch,
                 reinterpret_cast<double*>(losses));
  return Status::kOk;
}

Status shuffle_u32(Address out, uint32_t n, uint32_t seed_low, uint32_t seed_high,
                   uint32_t stream) {
  if (!InBounds(out, n)) return Status::kOutOfBounds;
  uint32_t* order = reinterpret_cast<uint32_t*>(out);
  Shuffle(order, n, seed_low, seed_high, stream);
  return Status::kOk;
}

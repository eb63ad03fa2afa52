// The ABI: every plain export of the module, the same in every build.
//
// Addresses are byte offsets into linear memory; sizes are in elements unless a name says bytes.
// Every function that can fail returns a Status; numbers that it computes are written to the
// result slot, 64 bytes at result_address(). Operands are checked here for range and alignment
// (what could corrupt memory); shapes, names and lifetimes are checked by the TypeScript side.
// `out` may be one of the inputs in every elementwise function; the outputs of matmul_f32,
// matvec_f32 and the network functions must not overlap their inputs (kOverlap).
//
// The typed mirror is ts/core/abi.ts; a test compares it with the exports of every build.
// Objects with a life (Network, Trainer) and enumerations are embind's: see objects.cpp.
#pragma once

#include <stdint.h>

#define NEURAL_EXPORT extern "C" __attribute__((used, visibility("default")))

namespace neural {

// Grows by one with every change of a signature or of a meaning.
inline constexpr uint32_t kAbiVersion = 3;

enum class Status : uint32_t {
  kOk = 0,
  kInvalidArgument = 1,  // An enumeration value, a count or a handle that does not exist.
  kOutOfBounds = 2,      // An operand that is not aligned to 4 or not inside linear memory.
  kOverlap = 3,          // An output that overlaps an input where that is not allowed.
  kPoolExhausted = 4,    // The pool has no free block of the size that is needed.
  kLabelOutOfRange = 5,  // A class label that is not below the number of outputs.
  kNotFinite = 6,        // A training step whose loss or gradient is not finite: no update.
};

// What staging_address() points to.
inline constexpr uint32_t kStagingFloats = 1 << 14;

// Words of four bytes in the settings of a trainer (TrainerSettings of nn/trainer.h).
inline constexpr uint32_t kTrainerSettings = 22;

// Bits of the `flags` of matmul_f32. With kPackedB, b is what pack_f32 wrote.
enum MatmulFlags : uint32_t { kTransposeA = 1, kTransposeB = 2, kPackedB = 4 };

}  // namespace neural

using Address = uint32_t;

namespace neural {

// What self_test() points to. A status other than kOk, or a number that is not the stored one.
struct SelfTestFailure {
  Address name;  // Of the kernel, a C string.
  Status status;
  int32_t index;     // Of the number in the result, -1 where it is one number.
  uint32_t max_ulp;  // How far it may be off.
  double found, expected;
};

}  // namespace neural

NEURAL_EXPORT uint32_t abi_version();
NEURAL_EXPORT Address result_address();
// Every kernel family against stored results: 0 when all are there, else a SelfTestFailure.
NEURAL_EXPORT Address self_test();

// Memory. The owner is a number of the caller's: pool_reset frees all blocks of one owner.
NEURAL_EXPORT Address pool_allocate(uint32_t bytes, uint32_t alignment,
                                    uint32_t owner);  // 0: no room
NEURAL_EXPORT neural::Status pool_free(Address address);
NEURAL_EXPORT uint32_t pool_reset(uint32_t owner);  // Number of blocks freed.
NEURAL_EXPORT uint32_t pool_optimize();             // Bytes regained in the largest free block.
// Ten f64: limit, reserved, used, peak, available and largest free block in bytes; live blocks,
// allocations, frees and failures as counts. They are up to date until the next call.
NEURAL_EXPORT Address pool_stats();

// Elementwise, n elements. alpha: the activation's second parameter, NaN for its default.
NEURAL_EXPORT neural::Status activate_f32(uint32_t activation, Address x, Address out, uint32_t n,
                                          float gain, float alpha);
// Its slope at x: gain·f'(gain·x).
NEURAL_EXPORT neural::Status activation_gradient_f32(uint32_t activation, Address x, Address out,
                                                     uint32_t n, float gain, float alpha);
NEURAL_EXPORT neural::Status add_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status sub_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status mul_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status div_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status min_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status max_f32(Address a, Address b, Address out, uint32_t n);
NEURAL_EXPORT neural::Status scale_f32(Address x, Address out, uint32_t n, float factor);
NEURAL_EXPORT neural::Status add_scalar_f32(Address x, Address out, uint32_t n, float value);
NEURAL_EXPORT neural::Status axpy_f32(Address x, Address y, Address out, uint32_t n, float alpha);
NEURAL_EXPORT neural::Status lerp_f32(Address a, Address b, Address out, uint32_t n, float t);
NEURAL_EXPORT neural::Status clamp_f32(Address x, Address out, uint32_t n, float low, float high);
NEURAL_EXPORT neural::Status abs_f32(Address x, Address out, uint32_t n);
NEURAL_EXPORT neural::Status neg_f32(Address x, Address out, uint32_t n);
NEURAL_EXPORT neural::Status square_f32(Address x, Address out, uint32_t n);
NEURAL_EXPORT neural::Status sqrt_f32(Address x, Address out, uint32_t n);
NEURAL_EXPORT neural::Status exp_f32(Address x, Address out, uint32_t n);
NEURAL_EXPORT neural::Status log_f32(Address x, Address out, uint32_t n);

// Rows × columns, each row by itself.
NEURAL_EXPORT neural::Status softmax_f32(Address x, Address out, uint32_t rows, uint32_t columns);
NEURAL_EXPORT neural::Status log_softmax_f32(Address x, Address out, uint32_t rows,
                                             uint32_t columns);

// x/‖x‖; a zero vector stays.
NEURAL_EXPORT neural::Status normalize_f32(Address x, Address out, uint32_t n);

// Reductions: the result slot holds one f64 (exactly the f32 result, or the index).
NEURAL_EXPORT neural::Status dot_f32(Address a, Address b, uint32_t n);
NEURAL_EXPORT neural::Status cosine_similarity_f32(Address a, Address b, uint32_t n);
NEURAL_EXPORT neural::Status sum_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status mean_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status norm_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status variance_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status min_value_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status max_value_f32(Address x, uint32_t n);
NEURAL_EXPORT neural::Status argmax_f32(Address x, uint32_t n);  // -1 for n = 0.

// Neurons and their connections: the numbers are f64 (see kernels/neurons.h).
NEURAL_EXPORT neural::Status spike_rate_f32(Address spikes, uint32_t n, double window_ms,
                                            double threshold);
NEURAL_EXPORT neural::Status mesh_efficiency_f32(Address neurons, uint32_t neuron_count,
                                                 Address synapses, uint32_t synapse_count);
// One step of a rule (kernels/connections.h); pre[columns] and post[rows] 0 where it takes none.
// rate: its eta, target or threshold. first_index: of the first weight, for the random numbers.
NEURAL_EXPORT neural::Status optimize_connections_f32(uint32_t rule, Address weights, Address pre,
                                                      Address post, Address out, uint32_t rows,
                                                      uint32_t columns, float rate, float decay,
                                                      float low, float high, uint32_t seed_low,
                                                      uint32_t seed_high, uint32_t first_index);

// out[m×n] = activation(alpha·op(a)[m×k]·op(b)[k×n] + beta·out + bias[n]); bias 0: none.
NEURAL_EXPORT neural::Status matmul_f32(Address a, Address b, Address bias, Address out, uint32_t m,
                                        uint32_t n, uint32_t k, uint32_t flags, uint32_t activation,
                                        float alpha, float beta);
// op(b)[k×n] packed once for many products: k·(n rounded up to a multiple of 8) floats at out, in
// an order of the build's own. flags: kTransposeB or 0.
NEURAL_EXPORT neural::Status pack_f32(Address b, Address out, uint32_t n, uint32_t k,
                                      uint32_t flags);
// out[m] = activation(a[m×n]·x[n] + bias[m]); bias 0: none.
NEURAL_EXPORT neural::Status matvec_f32(Address a, Address x, Address bias, Address out, uint32_t m,
                                        uint32_t n, uint32_t activation);

// Networks. `network`, `trainer` and `swarm` are what the embind objects' address() says.
// Of `targets` (rows × outputs, f32) and `labels` (rows, u32) exactly one is given, the other is 0.
NEURAL_EXPORT neural::Status network_run_f32(Address network, Address x, Address out,
                                             uint32_t rows);
// Result slot: f64 sum of the rows' losses at 0, u32 number of rows whose largest output is the
// labelled (or largest target) class at 8.
NEURAL_EXPORT neural::Status network_evaluate_f32(Address network, Address x, Address targets,
                                                  Address labels, uint32_t rows, uint32_t loss);
// One update. Result slot: f64 mean loss of the rows before it.
NEURAL_EXPORT neural::Status trainer_step_f32(Address trainer, Address x, Address targets,
                                              Address labels, uint32_t rows);
// One row for each of `agents` slots of the swarm's order, from entry `first` on: x[agents ×
// inputs] to out[agents × outputs].
NEURAL_EXPORT neural::Status swarm_run_f32(Address swarm, uint32_t first, Address x, Address out,
                                           uint32_t agents);
// One update of each of the first `agents` networks of the order, from `rows` rows each. losses:
// f64, one for each agent, the mean loss of its rows before it; an agent whose loss or gradient is
// not finite is not updated.
NEURAL_EXPORT neural::Status swarm_step_f32(Address swarm, Address trainer, Address x,
                                            Address targets, Address labels, uint32_t agents,
                                            uint32_t rows, Address losses);
// kStagingFloats floats that no call keeps anything in: room for the operands of a network_run_f32
// with one row. Every other call may overwrite them.
NEURAL_EXPORT Address staging_address();
// A permutation of 0 … n-1 as u32 (Fisher–Yates over Threefry), fixed by seed and stream.
NEURAL_EXPORT neural::Status shuffle_u32(Address out, uint32_t n, uint32_t seed_low,
                                         uint32_t seed_high, uint32_t stream);

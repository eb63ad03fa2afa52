// Stored results that a build must reproduce before it is used (self_test.cpp), at least one for
// each family of kernels.
//
// The expected numbers come from float64 and libm, never from one of our kernels, to ten digits
// (f32 has eight); test/cpp/bindings computes them again. Inputs are exact in f32. Five elements:
// one vector and a tail.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural::golden {

inline constexpr size_t kCount = 5;
using Values = double[kCount];

inline constexpr Values kX = {-3, -0.75, -0.125, 1.25, 4.5};
inline constexpr Values kY = {2, 3, 0.875, 0.625, -6};
inline constexpr Values kPositive = {0.125, 0.9375, 1.5, 40, 1000};

// The largest errors allowed, in units in the last place of f32.
inline constexpr uint32_t kArithmeticUlp = 1;     // One rounding, or none.
inline constexpr uint32_t kApproximationUlp = 4;  // The largest bound of any function.
inline constexpr uint32_t kSoftmaxUlp = 8;        // An exponential, a sum and a quotient.
inline constexpr uint32_t kNetworkUlp = 16;       // Three products and activations in between.

// Of kX and kY.
inline constexpr Values kAdd = {-1, 2.25, 0.75, 1.875, -1.5};
inline constexpr Values kSub = {-5, -3.75, -1, 0.625, 10.5};
inline constexpr Values kMul = {-6, -2.25, -0.109375, 0.78125, -27};
inline constexpr Values kDiv = {-1.5, -0.25, -0.1428571429, 2, -0.75};
inline constexpr Values kMin = {-3, -0.75, -0.125, 0.625, -6};
inline constexpr Values kMax = {2, 3, 0.875, 1.25, 4.5};
inline constexpr double kAxpyAlpha = 0.5, kLerpT = 0.25;
inline constexpr Values kAxpy = {0.5, 2.625, 0.8125, 1.25, -3.75};
inline constexpr Values kLerp = {-1.75, 0.1875, 0.125, 1.09375, 1.875};

// Of kX.
inline constexpr double kFactor = -1.5, kAddend = 0.75, kLow = -1, kHigh = 2;
inline constexpr Values kScale = {4.5, 1.125, 0.1875, -1.875, -6.75};
inline constexpr Values kAddScalar = {-2.25, 0, 0.625, 2, 5.25};
inline constexpr Values kClamp = {-1, -0.75, -0.125, 1.25, 2};
inline constexpr Values kAbs = {3, 0.75, 0.125, 1.25, 4.5};
inline constexpr Values kNeg = {3, 0.75, 0.125, -1.25, -4.5};
inline constexpr Values kSquare = {9, 0.5625, 0.015625, 1.5625, 20.25};
inline constexpr Values kExp = {0.04978706837, 0.4723665527, 0.8824969026, 3.490342957, 90.0171313};
// Of kPositive.
inline constexpr Values kSqrt = {0.3535533906, 0.9682458366, 1.224744871, 6.32455532, 31.6227766};
inline constexpr Values kLog = {-2.079441542, -0.06453852114, 0.4054651081, 3.688879454,
                                6.907755279};

// Of kX, one activation of each family: comparisons, and each of the approximations in cpp/math.
inline constexpr Values kRelu = {0, 0, 0, 1.25, 4.5};
inline constexpr Values kSigmoid = {0.04742587318, 0.3208213008, 0.4687906266, 0.7772998612,
                                    0.9890130574};
inline constexpr Values kTanh = {-0.9950547537, -0.6351489524, -0.1243530018, 0.84828364,
                                 0.9997532108};
inline constexpr double kGain = 0.5;
inline constexpr Values kTanhOfHalf = {-0.9051482536, -0.3583573984, -0.06241874675, 0.5545997223,
                                       0.9780261147};
inline constexpr Values kSoftplus = {0.04858735157, 0.3868710061, 0.6325990353, 1.501929081,
                                     4.511047745};
inline constexpr Values kGelu = {-0.004049694095, -0.1699705143, -0.0562827219, 1.117937783,
                                 4.49998471};
inline constexpr Values kSin = {0.429439996, 0.15918062, 0.4376626333, 0.9744923097, 0.01123494117};
// The slope of symmetricSin: the cosine.
inline constexpr Values kGradient = {-0.9899924966, 0.7316888689, 0.9921976672, 0.3153223624,
                                     -0.2107957994};
inline constexpr Values kNormalized = {-0.5354528979, -0.1338632245, -0.02231053741, 0.2231053741,
                                       0.8031793469};

// Of kY as one row. No result is near 0, where the error of a logarithm's argument would count many
// times.
inline constexpr Values kSoftmax = {0.232768749, 0.6327310607, 0.07556894869, 0.05885315642,
                                    0.00007808521624};
inline constexpr Values kLogSoftmax = {-1.457709812, -0.4577098118, -2.582709812, -2.832709812,
                                       -9.457709812};

// Of kX (and kY). The sums are exact: every product is a multiple of 2^-7 below 2^6.
inline constexpr double kDot = -34.578125, kCosineSimilarity = -0.8714428869;
inline constexpr double kSum = 1.875, kMean = 0.375, kNorm = 5.602733708, kVariance = 6.1375;
inline constexpr double kMinValue = -3, kMaxValue = 4.5, kArgmax = 4;

// Spikes in kPositive, and the mesh of kX and kPositive.
inline constexpr double kWindowMs = 2.5, kThreshold = 1;
inline constexpr double kSpikeRate = 1200, kMeshEfficiency = 78.1921875;

// Of kX as one row of weights, with kY before it and kPost after it.
inline constexpr double kPost = 0.5, kRate = 0.5, kWeightLow = -2, kWeightHigh = 2;
inline constexpr Values kBistable = {2, 2, 0.05078125, 0.78125, -2};
inline constexpr Values kOja = {-2, 0.09375, 0.109375, 1.25, 2};

// Products of whole numbers, so small that they are exact: a[i] = 7i mod 11 - 5,
// b[i] = 5i mod 13 - 6. What is stored is Σ (i mod 7 + 1)·out[i]. The shapes take each way through
// the kernel: tiles with every remainder, both transposes with packed panels, one row.
struct Product {
  uint32_t m, n, k, flags;
  double checksum;
};
inline constexpr Product kProducts[] = {
    {5, 11, 9, 0, -49}, {18, 20, 7, 3, 754}, {1, 37, 6, 0, 107}};
inline constexpr Product kMatvec = {9, 1, 5, 0, -60};  // a is m × k, x is k long.
constexpr double LeftNumber(uint32_t i) { return 7 * i % 11 - 5.0; }
constexpr double RightNumber(uint32_t i) { return 5 * i % 13 - 6.0; }

// Two rows through 3-4-2 with tanh and softmax, then one step of gradient descent on the
// cross-entropy.
inline constexpr uint32_t kLayers[] = {3, 4, 2};
inline constexpr double kParameters[] = {
    // Weights and biases of the first layer, then of the second.
    0.5,   -0.25, 0.125, 1, -0.75, 0.5,  0.375, -0.5,   0.25, 0.625, -1,    0.125, 0.125,
    -0.25, 0,     0.5,   1, -0.5,  0.25, 0.75,  -0.625, 0.5,  -1,    0.375, 0.25,  -0.125};
inline constexpr double kInputs[] = {1, -0.5, 0.25, -0.75, 2, 0.5};
inline constexpr uint32_t kLabels[] = {1, 0};
inline constexpr double kLearningRate = 0.5, kLoss = 1.085288179;
inline constexpr double kOutputs[] = {0.7032098088, 0.2967901912, 0.3844865231, 0.6155134769};
inline constexpr double kOutputsAfterStep[] = {0.2510824056, 0.7489175944, 0.8790278497,
                                               0.1209721503};

}  // namespace neural::golden

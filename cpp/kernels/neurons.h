// What is measured of spiking neurons and the connections between them. Results are f64.
#pragma once

#include <stddef.h>

namespace neural {

// The number of elements above `threshold`, compared in f64; NaN is not above.
size_t CountAbove(const float* x, size_t n, double threshold);

// Spikes per second: CountAbove / (window_ms / 1000). 0 for a window that is not above 0 or is NaN.
double SpikeRate(const float* spikes, size_t n, double window_ms, double threshold);

// mean(neurons)·mean(synapses), all in f64; 0 where either is empty.
double MeshEfficiency(const float* neurons, size_t neuron_count, const float* synapses,
                      size_t synapse_count);

}  // namespace neural

#include "kernels/neurons.h"

#include "kernels/reduce.h"

namespace neural {

size_t CountAbove(const float* x, size_t n, double threshold) {
  size_t count = 0;
  for (size_t i = 0; i < n; ++i) count += double{x[i]} > threshold;
  return count;
}

double SpikeRate(const float* spikes, size_t n, double window_ms, double threshold) {
  if (!(window_ms > 0)) return 0;
  const size_t count = CountAbove(spikes, n, threshold);
  // Of no spikes the rate is 0 in the shortest window, too, where the quotient would be 0/0.
  return count ? static_cast<double>(count) / (window_ms / 1000) : 0;
}

double MeshEfficiency(const float* neurons, size_t neuron_count, const float* synapses,
                      size_t synapse_count) {
  if (!neuron_count || !synapse_count) return 0;
  return MeanInDouble(neurons, neuron_count) * MeanInDouble(synapses, synapse_count);
}

}  // namespace neural

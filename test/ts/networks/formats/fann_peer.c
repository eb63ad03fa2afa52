/* FANN itself, for the tests of its format.
 *
 *   fann_peer make FILE HIDDEN OUTPUT STEEPNESS SEED SIZES...   writes a network with these functions, by number. Each
 *       neuron of a layer has a steepness of its own, from STEEPNESS up to twice that. Weights are in [-1, 1).
 *   fann_peer shortcut FILE | sparse FILE | scaled FILE | mixed FILE   write what is not to be read
 *   fann_peer run FILE ROWS   rows of f32 from standard input to standard output, through the network
 */
#include <fann.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state;

static float Random(void) {
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / (float)(1 << 23) - 1.0f;
}

static int Fail(const char* what) {
  fprintf(stderr, "fann_peer: %s\n", what);
  return 1;
}

static void SetRandomWeights(struct fann* ann) {
  const unsigned count = fann_get_total_connections(ann);
  struct fann_connection* connections = calloc(count, sizeof *connections);
  fann_get_connection_array(ann, connections);
  for (unsigned i = 0; i < count; ++i) connections[i].weight = Random();
  fann_set_weight_array(ann, connections, count);
  free(connections);
}

static int Save(struct fann* ann, const char* file) {
  const int failed = !ann || fann_save(ann, file) != 0;
  if (ann) fann_destroy(ann);
  return failed ? Fail("cannot make that network") : 0;
}

static int Make(int count, char** arguments) {
  if (count < 7) return Fail("make FILE HIDDEN OUTPUT STEEPNESS SEED SIZES...");
  const int hidden = atoi(arguments[1]), output = atoi(arguments[2]);
  const float steepness = strtof(arguments[3], NULL);
  state = (uint32_t)strtoul(arguments[4], NULL, 10);
  const int layers = count - 5;
  unsigned sizes[16];
  if (layers > 16) return Fail("too many layers");
  for (int l = 0; l < layers; ++l) sizes[l] = (unsigned)atoi(arguments[5 + l]);
  struct fann* ann = fann_create_standard_array((unsigned)layers, sizes);
  if (!ann) return Fail("cannot create that network");
  fann_set_activation_function_hidden(ann, (enum fann_activationfunc_enum)hidden);
  fann_set_activation_function_output(ann, (enum fann_activationfunc_enum)output);
  for (int l = 1; l < layers; ++l) {
    for (unsigned n = 0; n < sizes[l]; ++n) {
      const float scale = 1.0f + (float)n / (float)sizes[l];
      fann_set_activation_steepness(ann, steepness * scale, l, (int)n);
    }
  }
  SetRandomWeights(ann);
  return Save(ann, arguments[0]);
}

static int MakeRefused(const char* kind, const char* file) {
  struct fann* ann = NULL;
  if (!strcmp(kind, "shortcut")) ann = fann_create_shortcut(3, 2, 3, 1);
  if (!strcmp(kind, "sparse")) ann = fann_create_sparse(0.5f, 3, 4, 5, 2);
  if (!strcmp(kind, "mixed")) {
    ann = fann_create_standard(3, 2, 3, 1);
    fann_set_activation_function(ann, FANN_SIN, 1, 1);
  }
  if (!strcmp(kind, "scaled")) {
    ann = fann_create_standard(3, 2, 3, 1);
    struct fann_train_data* data = fann_create_train(2, 2, 1);
    data->input[0][0] = data->input[1][1] = data->output[0][0] = 5;
    fann_set_scaling_params(ann, data, -1, 1, -1, 1);
    fann_destroy_train(data);
  }
  return Save(ann, file);
}

static int Run(const char* file, long rows) {
  struct fann* ann = fann_create_from_file(file);
  if (!ann) return Fail("FANN cannot read that file");
  const unsigned inputs = fann_get_num_input(ann), outputs = fann_get_num_output(ann);
  float* input = calloc(inputs, sizeof *input);
  for (long row = 0; row < rows; ++row) {
    if (fread(input, sizeof *input, inputs, stdin) != inputs) return Fail("too few inputs");
    const float* output = fann_run(ann, input);
    if (fwrite(output, sizeof *output, outputs, stdout) != outputs) return Fail("cannot write");
  }
  free(input);
  fann_destroy(ann);
  return 0;
}

int main(int count, char** arguments) {
  if (count < 3) return Fail("make, run, shortcut, sparse, scaled or mixed, and a file");
  if (!strcmp(arguments[1], "make")) return Make(count - 2, arguments + 2);
  if (!strcmp(arguments[1], "run")) return Run(arguments[2], count > 3 ? atol(arguments[3]) : 0);
  return MakeRefused(arguments[1], arguments[2]);
}

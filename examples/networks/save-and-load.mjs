// @ts-check
/** Saves a network to a file and loads it again: the same bits, in every build. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime } from '@sasi/wasm-performance';

const runtime = await loadRuntime();
const folder = mkdtempSync(join(tmpdir(), 'network-'));
const file = join(folder, 'network.safetensors');

const network = runtime.createNetwork({ layers: [4, 8, 3], activation: 'gelu', output: 'softmax', seed: 7 });
writeFileSync(file, network.save());

// The format is recognised by the content; a damaged file is BAD_FORMAT, and nothing is allocated for it.
const loaded = runtime.loadNetwork(readFileSync(file));
const input = Float32Array.of(0.1, 0.2, 0.3, 0.4);
console.log('saved: ', network.run(input).join(' '));
console.log('loaded:', loaded.run(input).join(' '));

rmSync(folder, { recursive: true });
runtime.dispose();

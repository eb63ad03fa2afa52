// The peers are installed on demand: type-checking must not need them.
declare module '@tensorflow/tfjs-core';
declare module '@tensorflow/tfjs-backend-wasm';

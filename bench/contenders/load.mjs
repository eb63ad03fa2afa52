// @ts-check
/** Each contender by its name. Only what is asked for is loaded. */

/** @import { Contender, ContenderOptions, Sources } from './types.mjs' */

/**
 * @param {ContenderOptions} options
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadContender(options, sources) {
  switch (options.name) {
    case 'package':
      return (await import('./package.mjs')).loadPackage(options, sources);
    case 'tfjs-wasm':
      return (await import('./tfjs.mjs')).loadTensorFlow(sources);
    case 'onnxruntime-web':
      return (await import('./onnxruntime.mjs')).loadOnnxRuntime(sources);
    case 'ruv-swarm':
      return (await import('./ruv-swarm.mjs')).loadRuvSwarm(sources);
    case 'brain.js':
      return (await import('./brain.mjs')).loadBrain(sources);
    case 'javascript':
      return (await import('./javascript.mjs')).loadJavaScript();
    case 'compiled':
      return (await import('./compiled.mjs')).loadCompiled(sources);
    case 'limit':
      return (await import('./limit.mjs')).loadLimit();
  }
}

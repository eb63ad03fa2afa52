/**
 * The safety net under networks and trainers: one that became unreachable without `dispose` gives its memory back
 * some time later. Nothing relies on it.
 */
import type { ModuleObject } from '../core/abi.js';

const registry = new FinalizationRegistry<ModuleObject>((object) => object.delete());

/** `object` is deleted when `owner` is collected. It must not refer to `owner`. */
export function deleteWhenForgotten(owner: object, object: ModuleObject): void {
  registry.register(owner, object, owner);
}

/** To be called before `object` is deleted: nothing is deleted twice. */
export function notForgotten(owner: object): void {
  registry.unregister(owner);
}

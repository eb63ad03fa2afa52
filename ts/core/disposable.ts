/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `Symbol.dispose` where the engine has it, else the symbol that polyfills agree on (Jest's jsdom and older
 * browsers have none). The only place that asks: classes write `[disposeSymbol]() { this.dispose(); }`.
 */
export const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

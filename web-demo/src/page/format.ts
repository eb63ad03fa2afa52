/** Numbers as the page shows them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;

/** Three significant digits, with a unit that keeps the number readable. */
export function milliseconds(value: number): string {
  if (value === 0) return '0 ms';
  if (value < 0.001) return `${significant(value * 1e6)} ns`;
  if (value < 1) return `${significant(value * 1000)} µs`;
  if (value < 1000) return `${significant(value)} ms`;
  return `${significant(value / 1000)} s`;
}

const steps = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 12.3 k, 4.56 M, 7.89 G. */
export function short(value: number): string {
  const step = steps.find(([size]) => value >= size);
  return step === undefined ? significant(value) : `${significant(value / step[0])} ${step[1]}`;
}

export function bytes(value: number): string {
  if (value >= 1024 * 1024) return `${significant(value / 1024 / 1024)} MiB`;
  if (value >= 1024) return `${significant(value / 1024)} KiB`;
  return `${count(value)} B`;
}

export function significant(value: number, digits = 3): string {
  const text = Number(value.toPrecision(digits));
  if (Math.abs(text) >= 1000) return count(text);
  const decimals = text === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(text))));
  return text.toFixed(Math.min(decimals, 8));
}

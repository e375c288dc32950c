/** A number as an operator reads it: four significant digits, no exponent for everyday sizes. */
export function figure(value: number): string {
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 1 ? Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))) : 4;
  const text = Math.abs(value) < 5e-5 ? value.toExponential(1) : value.toFixed(Math.min(digits, 4));
  return text
    .replace('-', '−')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** With a sign, for differences. */
export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value));

/** A share in per cent: `.05` → `5 %`. */
export const percent = (share: number): string => `${figure(share * 100)} %`;

/** A time in the unit that reads best: `90000` → `1.5 m`. */
export function span(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] = units.find(([, length]) => ms >= length) ?? ['s', 1_000];
  return `${figure(Math.round((ms / size) * 10) / 10)} ${unit}`;
}

/** A latency: `0.052` → `0.05 ms`, `1520` → `1.52 s`; one that never came. */
export function milliseconds(ms: number): string {
  if (ms === Infinity) return 'longer than anybody waits';
  return ms < 1000 ? `${figure(Number(ms.toPrecision(3)))} ms` : `${figure(Number((ms / 1000).toPrecision(3)))} s`;
}

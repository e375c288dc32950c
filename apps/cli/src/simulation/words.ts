const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A time in the unit that reads best: `90000` → `1.5 m`. @param ms */
export function spanText(ms: number): string {
  const [unit, size] = units.find(([, length]) => ms >= length) ?? ['s', 1_000];
  return `${Number((ms / size).toPrecision(3))} ${unit}`;
}

/** `50000` → `50,000`; small numbers with three significant digits. */
export const amount = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

const levels = '▁▂▃▄▅▆▇█';

/** `▁▁▂▅█`: the newest `width` values, each by its place between `from` and `to`; `·` where there is none. */
export function sparkline(
  values: readonly (number | null)[],
  { from, to, width }: { from: number; to: number; width: number },
): string {
  return values
    .slice(-width)
    .map((value) => {
      if (value === null) return '·';
      const place = to > from ? (value - from) / (to - from) : 1;
      return levels[Math.min(levels.length - 1, Math.max(0, Math.floor(place * levels.length)))];
    })
    .join('');
}

/** The least and the greatest of what is known. */
export function rangeOf(values: readonly (number | null)[]): { from: number; to: number } {
  const known = values.filter((value) => value !== null);
  return { from: Math.min(...known), to: Math.max(...known) };
}

/** Index of the first of ascending numbers that is greater than x; their number where none is. */
export function firstAbove(ascending: readonly number[], x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

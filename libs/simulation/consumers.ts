import type { Uniform } from '#bandits';
import type { Consumers } from './world.js';

/** Draws which consumer a request comes from, as a number from 0 on. */
export function consumerDraw({ count, exponent }: Consumers): (uniform: Uniform) => number {
  const ends = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) ends[i] = total += (i + 1) ** -exponent;
  return (uniform) => {
    const point = uniform() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

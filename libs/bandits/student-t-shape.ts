import { logBeta, logBetaCdf } from '#stats';
import type { StudentTPosterior } from './posterior.js';
import { falls, type Shape } from './shape.js';

/** Beyond this probability on one side a heavy tail is cut off. */
const tailMass = 1e-14;
/** In a heavy tail, where the density is a power, an edge follows at twice the distance. */
const growth = 2;

/**
 * The shape of a Student t posterior over y = x − origin.
 * @param origin a value near all arms, so that arms far from 0 and close together keep their digits
 */
export function studentTShape({ location, scale, degreesOfFreedom: df }: StudentTPosterior, origin: number): Shape {
  const mode = location - origin;
  const half = (df + 1) / 2;
  const logCdf = (y: number): number => {
    const square = ((y - mode) / scale) ** 2;
    const tail =
      Number.isFinite(square) && square > 0
        ? logBetaCdf(df / (df + square), df / 2, 0.5, square / (df + square)) - Math.LN2
        : square === 0
          ? -Math.LN2
          : -Infinity;
    return y <= mode ? tail : Math.log1p(-Math.exp(tail));
  };
  const sides = distances(df);
  const edges = [mode, ...sides.map((z) => mode - z * scale), ...sides.map((z) => mode + z * scale)];
  return {
    mode,
    heavyTailed: true,
    logPeak: -logBeta(df / 2, 0.5) - 0.5 * Math.log(df) - Math.log(scale),
    logDensity: (y) => {
      const z = (y - mode) / scale;
      return -half * Math.log1p((z * z) / df);
    },
    slope: (y) => {
      const z = (y - mode) / scale;
      return (-2 * half * z) / (df + z * z) / scale;
    },
    logCdf,
    edges: Float64Array.from(edges).sort(),
  };
}

/** Distances from the mode, in scales, at which panels are split. */
function distances(df: number): number[] {
  // P(|t| > z) < 2 · df^(df/2) z^(−df) / (df B(df/2, ½)): solved for z.
  const logConstant = (df / 2) * Math.log(df) - Math.log(df) - logBeta(df / 2, 0.5);
  const last = Math.min(1e140, Math.exp((logConstant - Math.log(tailMass)) / df));
  const found: number[] = [];
  let previous = 0;
  for (const fall of falls) {
    const z = Math.sqrt(df * Math.expm1((2 * fall) / (df + 1)));
    while (previous > 0 && z > growth * previous && previous < last) found.push((previous *= growth));
    if (previous >= last) return found;
    found.push(z);
    previous = z;
  }
  while (previous < last && df < 100) found.push((previous *= growth));
  return found;
}

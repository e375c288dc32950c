/**
 * Root of a continuous function between two points at which it has opposite signs (Chandrupatla 1997): inverse quadratic steps
 * where they are safe, halves where not.
 * @param tolerance absolute
 */
export function findRoot(f: (x: number) => number, from: number, to: number, tolerance: number): number {
  let b = from;
  let a = to;
  let fb = f(b);
  let fa = f(a);
  let c: number;
  let fc: number;
  let t = 0.5;
  for (let round = 0; round < 200; round++) {
    const x = a + t * (b - a);
    const fx = f(x);
    if (Math.sign(fx) === Math.sign(fa)) {
      c = a;
      fc = fa;
    } else {
      c = b;
      b = a;
      fc = fb;
      fb = fa;
    }
    a = x;
    fa = fx;
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const relative = (tolerance + 4e-16 * Math.abs(best)) / Math.abs(b - a);
    if (relative > 0.5 || fa === 0 || fb === 0) return fa === 0 ? a : fb === 0 ? b : best;
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    const smooth = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    t = smooth
      ? ((fa / (fb - fa)) * fc) / (fb - fc) + ((((c - a) / (b - a)) * fa) / (fc - fa)) * (fb / (fc - fb))
      : 0.5;
    t = Math.min(1 - relative, Math.max(relative, t));
  }
  return a;
}

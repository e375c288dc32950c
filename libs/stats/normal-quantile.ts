import { check } from './check.js';

const central = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const outer = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 7.745450142783414e-4,
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
};
const far = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 7.868691311456133e-4, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/**
 * z with P(Z > z) = tail for a standard normal Z, to 1e-15 (algorithm AS 241, Wichura 1988). For intervals at one fixed look only.
 * @param tail strictly between 0 and 1
 */
export function normalUpperQuantile(tail: number): number {
  check(tail > 0 && tail < 1, 'tail must be between 0 and 1, both excluded', tail);
  const q = 0.5 - tail;
  if (Math.abs(q) <= 0.425) return q * rational(central, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(tail, 1 - tail)));
  const z = r <= 5 ? rational(outer, r - 1.6) : rational(far, r - 5);
  return q < 0 ? -z : z;
}

function rational({ numerator, denominator }: typeof central, x: number): number {
  return horner(numerator, x) / horner(denominator, x);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((value, coefficient) => value * x + coefficient, 0);
}

import { cumulative, nodes, order, powers, weights } from './gauss-legendre.js';
import type { Shape } from './shape.js';

/** The distribution function of a shape: integrated once, a polynomial a panel, then looked up. */
export class CdfTable {
  private readonly edges: Float64Array;
  /** Coefficients of each panel's polynomial in (2t − 1)^k, t from 0 to 1 over the panel. */
  private readonly coefficients: Float64Array;
  private readonly first: number;
  private readonly last: number;
  /** Panel of the last look-up: the next is mostly near. */
  private panel = 0;

  constructor(shape: Shape) {
    const { edges, logPeak, logDensity } = shape;
    this.edges = edges;
    this.first = edges[0] ?? 0;
    this.last = edges.at(-1) ?? 0;
    const panels = Math.max(0, edges.length - 1);
    this.coefficients = new Float64Array(panels * order);
    const density = new Float64Array(order);
    let mass = 0;
    for (let panel = 0; panel < panels; panel++) {
      const left = edges[panel] ?? 0;
      const width = (edges[panel + 1] ?? 0) - left;
      let sum = 0;
      for (let i = 0; i < order; i++) {
        const value = Math.exp(logPeak + logDensity(left + width * (nodes[i] ?? 0)));
        density[i] = value;
        sum += (weights[i] ?? 0) * value;
      }
      for (let i = 0; i < order; i++) {
        let part = 0;
        for (let j = 0; j < order; j++) part += (cumulative[i * order + j] ?? 0) * (density[j] ?? 0);
        this.add(panel, i, mass + width * part);
      }
      mass += width * sum;
    }
  }

  /** P(mean ≤ the value at y); 0 and 1 outside the edges. */
  at(y: number): number {
    if (y <= this.first) return 0;
    if (y >= this.last) return 1;
    const { edges, coefficients } = this;
    let panel = this.panel;
    while ((edges[panel] ?? 0) > y) panel--;
    while ((edges[panel + 1] ?? 0) < y) panel++;
    this.panel = panel;
    const left = edges[panel] ?? 0;
    const x = (2 * (y - left)) / ((edges[panel + 1] ?? 0) - left) - 1;
    let value = 0;
    for (let k = (panel + 1) * order - 1; k >= panel * order; k--) value = value * x + (coefficients[k] ?? 0);
    return Math.min(1, Math.max(0, value));
  }

  private add(panel: number, node: number, value: number): void {
    for (let k = 0; k < order; k++) {
      const at = panel * order + k;
      this.coefficients[at] = (this.coefficients[at] ?? 0) + value * (powers[node * order + k] ?? 0);
    }
  }
}

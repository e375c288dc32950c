import { barycentric, cumulative, nodes, order, weights } from './gauss-legendre.js';
import type { Shape } from './shape.js';

/** The distribution function of a shape, integrated once, then looked up by interpolation within panels. */
export class CdfTable {
  private readonly edges: Float64Array;
  /** Values at the nodes of each panel. */
  private readonly values: Float64Array;

  constructor(shape: Shape) {
    const { edges, logPeak, logDensity } = shape;
    this.edges = edges;
    this.values = new Float64Array(Math.max(0, edges.length - 1) * order);
    const density = new Float64Array(order);
    let mass = 0;
    for (let panel = 0; panel + 1 < edges.length; panel++) {
      const left = edges[panel] ?? 0;
      const width = (edges[panel + 1] ?? 0) - left;
      let sum = 0;
      for (let i = 0; i < order; i++) {
        density[i] = Math.exp(logPeak + logDensity(left + width * (nodes[i] ?? 0)));
        sum += (weights[i] ?? 0) * (density[i] ?? 0);
      }
      for (let i = 0; i < order; i++) {
        let part = 0;
        for (let j = 0; j < order; j++) part += (cumulative[i * order + j] ?? 0) * (density[j] ?? 0);
        this.values[panel * order + i] = mass + width * part;
      }
      mass += width * sum;
    }
  }

  /** P(mean ≤ the value at y); 0 and 1 outside the edges. */
  at(y: number): number {
    const { edges } = this;
    if (y <= (edges[0] ?? 0)) return 0;
    if (y >= (edges.at(-1) ?? 0)) return 1;
    let low = 0;
    let high = edges.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((edges[middle] ?? 0) <= y) low = middle;
      else high = middle;
    }
    const left = edges[low] ?? 0;
    const t = (y - left) / ((edges[high] ?? 0) - left);
    let numerator = 0;
    let denominator = 0;
    for (let i = 0; i < order; i++) {
      const distance = t - (nodes[i] ?? 0);
      const value = this.values[low * order + i] ?? 0;
      if (distance === 0) return value;
      const weight = (barycentric[i] ?? 0) / distance;
      numerator += weight * value;
      denominator += weight;
    }
    return Math.min(1, Math.max(0, numerator / denominator));
  }
}

/** Nodes a panel. With panels split where every density falls by a few nats, twelve leave an error under 1e-10. */
export const order = 12;

/** Gauss–Legendre nodes on [0, 1], rising, with their weights. */
export const { nodes, weights } = gaussLegendre();

/** cumulative[i·order + j]: weight of the value at node j in the integral from 0 to node i of the interpolating polynomial. */
export const cumulative = cumulativeWeights();

/** powers[j·order + k]: coefficient of (2t − 1)^k in the polynomial that is 1 at node j and 0 at the others, t in [0, 1]. */
export const powers = powersOfLagrange();

/** P_n(t) and its derivative on [−1, 1]. */
function legendre(n: number, t: number): [value: number, derivative: number] {
  let before = 1;
  let value = t;
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * t * value - (k - 1) * before) / k];
  return [value, (n * (t * value - before)) / (t * t - 1)];
}

function gaussLegendre(): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(order);
  const weights = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    let t = -Math.cos((Math.PI * (i + 0.75)) / (order + 0.5));
    for (let round = 0; round < 50; round++) {
      const [value, derivative] = legendre(order, t);
      const step = value / derivative;
      t -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    const derivative = legendre(order, t)[1];
    nodes[i] = (1 + t) / 2;
    weights[i] = 1 / ((1 - t * t) * derivative * derivative);
  }
  return { nodes, weights };
}

/** Integrals of the Lagrange polynomials from 0 to each node, exact by the rule itself. */
function cumulativeWeights(): Float64Array {
  const table = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    const end = nodes[i] ?? 0;
    for (let j = 0; j < order; j++) {
      let sum = 0;
      for (let k = 0; k < order; k++) sum += (weights[k] ?? 0) * lagrange(j, end * (nodes[k] ?? 0));
      table[i * order + j] = end * sum;
    }
  }
  return table;
}

function lagrange(j: number, x: number): number {
  let product = 1;
  const own = nodes[j] ?? 0;
  for (let k = 0; k < order; k++) {
    const node = nodes[k] ?? 0;
    if (k !== j) product *= (x - node) / (own - node);
  }
  return product;
}

function powersOfLagrange(): Float64Array {
  const table = new Float64Array(order * order);
  const at = Array.from(nodes, (node) => 2 * node - 1);
  at.forEach((own, j) => {
    let polynomial = [1];
    at.forEach((node, k) => {
      if (k === j) return;
      // times (x − node) / (own − node)
      const next = [...polynomial.map((c) => -c * node), 0];
      polynomial.forEach((c, power) => (next[power + 1] = (next[power + 1] ?? 0) + c));
      polynomial = next.map((c) => c / (own - node));
    });
    table.set(polynomial, j * order);
  });
  return table;
}

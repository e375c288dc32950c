/** Shares 1 evenly among the arms with the greatest index: with ties, no arm is favoured for its place in the list. */
export function greedy(indices: readonly number[]): number[] {
  const greatest = Math.max(...indices);
  const ties = indices.reduce((count, index) => (index === greatest ? count + 1 : count), 0);
  return indices.map((index) => (index === greatest ? 1 / ties : 0));
}

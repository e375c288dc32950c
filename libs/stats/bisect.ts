/**
 * The point between `outside` and `inside` where the predicate begins to hold, to the last digits of a double.
 * @param holds false at `outside`, true at `inside`, with one change between them
 */
export function bisect(outside: number, inside: number, holds: (x: number) => boolean): number {
  let bad = outside;
  let good = inside;
  // A root near 0 needs as many halvings as it has binary places: 1,100 reach the smallest double.
  for (let i = 0; i < 1100; i++) {
    const middle = bad + (good - bad) / 2;
    if (middle === bad || middle === good) break;
    if (Math.abs(good - bad) <= 2e-16 * Math.abs(middle)) break;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

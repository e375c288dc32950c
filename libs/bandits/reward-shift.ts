/** How a difference in reward moves a point of the coordinate that shapes are seen over. */
export interface RewardShift {
  /** The coordinate whose reward is greater by x. */
  readonly forth: (y: number, x: number) => number;
  /** The coordinate whose reward is less by x. */
  readonly back: (y: number, x: number) => number;
}

/** Coordinates that are rewards themselves. */
export const realShift: RewardShift = { forth: (y, x) => y + x, back: (y, x) => y - x };

/** Coordinates ln(v/(1−v)) of rewards v in [0, 1]; x in reward units. */
export const unitShift: RewardShift = {
  forth: (y, x) => logit(logistic(y) + x, logistic(-y) - x),
  back: (y, x) => logit(logistic(y) - x, logistic(-y) + x),
};

/** The same, x as a fraction of the lesser reward. */
export const fractionShift: RewardShift = {
  forth: (y, x) => logit(logistic(y) * (1 + x), logistic(-y) - logistic(y) * x),
  back: (y, x) => logit(logistic(y) / (1 + x), (logistic(-y) + x) / (1 + x)),
};

function logistic(y: number): number {
  return 1 / (1 + Math.exp(-y));
}

/** From v and 1 − v, each exact where it is small; infinite outside [0, 1]. */
function logit(v: number, rest: number): number {
  if (v <= 0) return -Infinity;
  return rest <= 0 ? Infinity : Math.log(v) - Math.log(rest);
}

/** What is kept of two versions' rewards on the same requests. */
export interface PairedRewards {
  /** Requests whose truth scored both. */
  scored: number;
  /** Of these: the shadow's reward is above, below the champion's. */
  better: number;
  worse: number;
  /** Sums of shadow − champion and of its square, and of each one's rewards. */
  sumDifference: number;
  sumSquaredDifference: number;
  championSum: number;
  shadowSum: number;
}

/** Adds the rewards of one request (`sign` 1), or takes them away (−1). */
export function addRewards(pair: PairedRewards, champion: number, shadow: number, sign: 1 | -1 = 1): void {
  const difference = shadow - champion;
  pair.scored += sign;
  pair.better += difference > 0 ? sign : 0;
  pair.worse += difference < 0 ? sign : 0;
  pair.sumDifference += sign * difference;
  pair.sumSquaredDifference += sign * difference ** 2;
  pair.championSum += sign * champion;
  pair.shadowSum += sign * shadow;
}

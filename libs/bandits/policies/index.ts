import { check } from '#stats';
import type { Policy } from '../policy.js';
import { discountedThompson } from './discounted-thompson.js';
import { epsilonGreedy } from './epsilon-greedy.js';
import { klUcb } from './kl-ucb.js';
import { slidingWindowThompson } from './sliding-window-thompson.js';
import { softmax } from './softmax.js';
import { squarecb } from './squarecb.js';
import { thompson } from './thompson.js';
import { topTwoThompson } from './top-two-thompson.js';
import { ucb1 } from './ucb1.js';
import { uniform } from './uniform.js';

/** Every policy. A new one is one file and one line here; the contract suite tests it at once. */
export const policies: readonly Policy[] = [
  thompson,
  topTwoThompson,
  epsilonGreedy,
  softmax,
  ucb1,
  klUcb,
  squarecb,
  discountedThompson,
  slidingWindowThompson,
  uniform,
];

/** The registered policy of that name. @throws RangeError that lists the names there are */
export function policyNamed(name: string): Policy {
  const policy = policies.find((candidate) => candidate.name === name);
  check(policy !== undefined, `policy must be one of ${policies.map((known) => known.name).join(', ')}`, name);
  return policy;
}

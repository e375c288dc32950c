import { check } from '#stats';
import type { Policy } from '../policy.js';
import { thompson } from './thompson.js';
import { topTwoThompson } from './top-two-thompson.js';

/** Every policy. A new one is one file and one line here; the contract suite tests it at once. */
export const policies: readonly Policy[] = [thompson, topTwoThompson];

/** The registered policy of that name. @throws RangeError that lists the names there are */
export function policyNamed(name: string): Policy {
  const policy = policies.find((candidate) => candidate.name === name);
  check(policy !== undefined, `policy must be one of ${policies.map((known) => known.name).join(', ')}`, name);
  return policy;
}

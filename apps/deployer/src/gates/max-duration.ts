import { formatDuration } from '#contracts';
import type { Gate, GateInput } from './gate.js';

/** Whether a rollout has taken longer than it may. */
export const isOverdue = ({ policy, startedAt, now }: Pick<GateInput, 'policy' | 'startedAt' | 'now'>): boolean =>
  policy.maxDuration !== undefined && now - startedAt >= policy.maxDuration;

/** A rollout that has taken longer than it may advances no more, where it is to be held. */
export const maxDuration: Gate = {
  name: 'max-duration',
  ask(input) {
    const { policy } = input;
    if (policy.onMaxDuration !== 'hold' || policy.maxDuration === undefined || !isOverdue(input)) return undefined;
    const limit = formatDuration(policy.maxDuration);
    return { waitsFor: 'an operator who promotes or rolls back', detail: `the rollout is not over within ${limit}` };
  },
};

import type { Gate } from './gate.js';

/** Waits for an operator's `approve`, which is good for the step in force and no other. */
export const approval: Gate = {
  name: 'approval',
  ask({ policy, wish, approvedStep }) {
    if (wish === undefined || wish.step === approvedStep) return undefined;
    const asked = policy.approval === 'each-step' || (policy.approval === 'promotion' && wish.kind === 'promotion');
    if (!asked) return undefined;
    const what =
      wish.kind === 'promotion' ? `all of the traffic for ${wish.version}` : `the next step of ${wish.version}`;
    return { waitsFor: `approval of ${what}`, detail: `${what} waits for \`understudy approve\`` };
  },
};

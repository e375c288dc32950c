import { expect, it, vi } from 'vitest';
import type { Evidence } from '#contracts';
import { EvidenceStore } from './evidence-store.js';

const evidence = (rollout: number, seq: number): Evidence => ({
  endpoint: 'digits', rollout, seq, at: 0, steps: [], pairs: [], lagSeconds: 0,
}); // prettier-ignore

it('takes the newest snapshot and ignores those that come late', () => {
  const store = new EvidenceStore();
  const changed = vi.fn();
  store.onChange(changed);
  store.apply(evidence(1, 5));
  store.apply(evidence(1, 4));
  expect(store.of('digits', 1)?.seq).toBe(5);
  expect(changed).toHaveBeenCalledTimes(1);
});

it('keeps rollouts apart: what is known of one says nothing of the next', () => {
  const store = new EvidenceStore();
  store.apply(evidence(1, 5));
  expect(store.of('digits', 2)).toBeNull();
  store.apply(evidence(2, 6));
  store.apply(evidence(1, 7));
  expect(store.of('digits', 2)?.seq).toBe(6);
  expect(store.of('digits', 1)).toBeNull();
});

import { expect, it, vi } from 'vitest';
import type { Evidence } from '#contracts';
import { EvidenceStore, expectedSilenceMs } from './evidence-store.js';

const evidence = (rollout: number, seq: number): Evidence => ({
  endpoint: 'digits', rollout, seq, at: 0, steps: [], pairs: [], lagSeconds: 0,
}); // prettier-ignore

it('takes the newest snapshot and ignores those that come late', () => {
  const store = new EvidenceStore();
  const changed = vi.fn();
  store.onChange(changed);
  store.apply(evidence(1, 5), 1_000);
  store.apply(evidence(1, 4), 1_000);
  expect(store.of('digits', 1, 1_000)?.seq).toBe(5);
  expect(changed).toHaveBeenCalledTimes(1);
});

it('keeps rollouts apart: what is known of one says nothing of the next', () => {
  const store = new EvidenceStore();
  store.apply(evidence(1, 5), 1_000);
  expect(store.of('digits', 2, 1_000)).toBeNull();
  store.apply(evidence(2, 6), 1_000);
  store.apply(evidence(1, 7), 1_000);
  expect(store.of('digits', 2, 1_000)?.seq).toBe(6);
  expect(store.of('digits', 1, 1_000)).toBeNull();
});

it('lets the lag grow where nothing more is heard', () => {
  const store = new EvidenceStore();
  store.apply({ ...evidence(1, 5), lagSeconds: 2 }, 1_000);
  expect(store.of('digits', 1, 1_000 + expectedSilenceMs)?.lagSeconds).toBe(2);
  expect(store.of('digits', 1, 31_000 + expectedSilenceMs)?.lagSeconds).toBe(32);
});

import { describe, expect, it } from 'vitest';
import type { Evidence, HealthEvidence } from '#contracts';
import type { Guardrails } from '../spec-parts.js';
import { estimateChecks, estimateProblems } from './estimates.js';

const hour = 3_600_000;
const now = 10 * hour;
const drift = (psi: number, pValue = 1e-9, name = 'answer') => ({ name, psi, pValue });
const health = (version: string, more: Partial<HealthEvidence> = {}): HealthEvidence => ({
  version,
  at: now,
  inputs: null,
  answers: null,
  accuracy: null,
  ...more,
});
const evidence = (...known: HealthEvidence[]): Evidence => ({ endpoint: 'e', rollout: 1, seq: 1, at: now, steps: [], pairs: [], lagSeconds: 0, health: known }); // prettier-ignore
const ask = (guardrails: Guardrails, of: Evidence | null) =>
  estimateChecks({ evidence: of, version: 'v2', champion: 'v1', guardrails, now });

describe('a guardrail on drift', () => {
  const answers = { drift: { predictions: 0.2 } };
  const inputs = { drift: { inputs: 0.2 } };

  it('asks nothing where the manifest does not', () => {
    expect(ask({}, evidence(health('v2', { answers: drift(3) })))).toEqual([]);
  });

  it('waits as long as nothing is known: no evidence, no look, too few values, a look of long ago', () => {
    const old = health('v2', { answers: drift(0), at: now - hour - 1 });
    const looks = [null, { ...evidence(), health: undefined }, evidence(), evidence(health('v2')), evidence(old)];
    for (const unknown of looks) {
      expect(ask(answers, unknown)).toMatchObject([{ name: 'drift', version: 'v2', outcome: 'wait' }]);
      expect(ask(answers, unknown)[0]?.detail).toContain('is not known');
    }
  });

  it('passes up to the index allowed, and waits beyond it, in words', () => {
    const known = (psi: number) =>
      evidence(health('v1', { answers: drift(0.01) }), health('v2', { answers: drift(psi) }));
    expect(ask(answers, known(0.2))).toMatchObject([{ outcome: 'pass', value: 0.2, threshold: 0.2 }]);
    expect(ask(answers, known(0.31))).toMatchObject([{ outcome: 'wait', value: 0.31, threshold: 0.2 }]);
    expect(ask(answers, known(0.31))[0]?.detail).toBe(
      'the answers of v2 drift: PSI 0.31 against the reference, allowed 0.2, v1 now 0.01',
    );
  });

  it('does not take for drift what chance makes of few values', () => {
    const [check] = ask(answers, evidence(health('v2', { answers: drift(0.31, 0.04) })));
    expect(check).toMatchObject({ outcome: 'pass' });
    expect(check?.detail).toContain('no more than chance');
  });

  it('names the column of the inputs, tested at the level of all of them together', () => {
    const columns = (...most: ReturnType<typeof drift>[]) => evidence(health('v2', { inputs: { columns: 64, most } }));
    const [moved] = ask(inputs, columns(drift(0.5, 0.001, '[7]'), drift(0.4, 1e-6, '[3]')));
    expect(moved).toMatchObject({ outcome: 'wait', value: 0.4 });
    expect(moved?.detail).toContain('input [3] of v2 drift');
    expect(ask(inputs, columns(drift(0.5, 0.001, '[7]')))).toMatchObject([{ outcome: 'pass' }]);
    expect(ask(inputs, columns(drift(0.1, 1e-9, '[7]')))).toMatchObject([{ outcome: 'pass', value: 0.1 }]);
  });

  it('asks both where both are named', () => {
    const both = { drift: { predictions: 0.2, inputs: 0.2 } };
    expect(ask(both, evidence(health('v2', { answers: drift(0.1) }))).map(({ outcome }) => outcome)).toEqual([
      'pass',
      'wait',
    ]);
  });
});

describe('a guardrail on the estimated accuracy', () => {
  const guardrails = { estimatedAccuracy: { margin: 0.05 } };
  const estimated = (estimate: number) => ({ accuracy: { estimate, standardError: 0.01 } });

  it('waits for the estimates of both versions, and while the candidate’s is lower by more than the margin', () => {
    const both = (own: number) => evidence(health('v1', estimated(0.9)), health('v2', estimated(own)));
    expect(ask(guardrails, evidence(health('v2', estimated(0.9))))[0]?.detail).toContain('no accuracy of v1');
    expect(ask(guardrails, both(0.86))).toMatchObject([{ name: 'estimated-accuracy', outcome: 'pass' }]);
    expect(ask(guardrails, both(0.8))).toMatchObject([{ outcome: 'wait', threshold: -0.05 }]);
    expect(ask(guardrails, both(0.8))[0]?.detail).toBe(
      'the accuracy of v2 is estimated at 80 %, of v1 at 90 %: allowed 5 % less',
    );
  });

  it('is for rewards of right and wrong', () => {
    expect(estimateProblems(guardrails, { kind: 'binary', goal: 'maximise' })).toEqual([]);
    expect(estimateProblems(guardrails, { kind: 'real', goal: 'minimise' })).toMatchObject([
      { path: ['guardrails', 'estimatedAccuracy'] },
    ]);
  });
});

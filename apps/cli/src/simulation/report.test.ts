import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseManifest, type Manifest } from '#manifests';
import { summarize, type Decision, type RunResult, type World } from '#simulation';
import { barText } from './progress-bar.js';
import { reportText } from './report.js';
import { shareChart } from './share-chart.js';

function manifestWith(strategy: object): Manifest {
  const versions = ['v1', 'v2'].map((name) => ({ name, runtime: 'onnx', artifact: name }));
  const spec = { versions, strategy };
  const result = parseManifest({ apiVersion: 'understudy/v1', kind: 'Endpoint', metadata: { name: 'digits' }, spec });
  if (!result.ok) throw new Error('not a manifest');
  return result.manifest;
}

const world: World = {
  versions: { v1: { reward: 0.9 }, v2: { reward: 0.93 } },
  requestsPerSecond: 50,
  requests: 50_000,
  delay: { kind: 'fixed', ms: 600_000 },
};
const result = (run: number, decision: Decision | null): RunResult => ({
  run,
  decision,
  requests: { v1: 40_000, v2: 10_000 },
  worse: 40_000,
  regret: 1_200,
  shares: { v1: Array<number>(240).fill(0.8), v2: Array<number>(240).fill(0.2) },
});
const decision: Decision = {
  outcome: 'promote',
  version: 'v2',
  reason: 'all steps passed',
  ended: true,
  at: 720_000,
  requests: 36_000,
};
const canary = manifestWith({ canary: { champion: 'v1', candidate: 'v2' } });
const text = (manifest: Manifest, results: RunResult[]): string =>
  stripVTControlCharacters(
    reportText({ manifest, world, seed: 1, summary: summarize(results), warnings: ['mind the gap'], width: 60 }),
  );

describe('report', () => {
  it('says what came out, how long it took and what it cost', () => {
    const report = text(canary, [result(0, decision), result(1, decision), result(2, null)]);
    expect(report).toContain('digits: canary, 3 runs of 50,000 requests (16.7 m), truth after 10 m, seed 1');
    expect(report).toContain('rewards as assumed: v1 0.9, v2 0.93; best: v2');
    expect(report).toContain('note: mind the gap');
    expect(report).toMatch(/promoted v2 +2 +66\.7 %/);
    expect(report).toMatch(/still undecided +1 +33\.3 %/);
    expect(report).toMatch(/time to a verdict +12 m +over 16\.7 m/);
    expect(report).toMatch(/requests to a verdict +36,000 +over 50,000/);
    expect(report).toMatch(/regret \(right answers lost against the best\) +1,200/);
    expect(report).toMatch(/requests of v2, worth 0\.93 each +10,000/);
    expect(report).toContain('for example, run 1: all steps passed');
  });

  it('tells advice from what was done, and a wrong promotion from a right one', () => {
    const wrong: Decision = { ...decision, version: 'v1', ended: false };
    expect(text(canary, [result(0, wrong)])).toContain('advised: promote v1, waits for an operator (not the best)');
  });

  it('gives no time where there is nothing to decide', () => {
    const steady: Decision = { ...decision, outcome: 'steady', version: 'v1', at: 0 };
    const report = text(manifestWith({ single: { version: 'v1' } }), [result(0, steady)]);
    expect(report).toMatch(/nothing to decide: v1 +1 +100 %/);
    expect(report).not.toContain('time to a verdict');
  });
});

describe('chart', () => {
  it('stacks the shares from the bottom, over the time it says', () => {
    const shares = { v1: [1, 0.5, 0], v2: [0, 0.5, 1] };
    const lines = stripVTControlCharacters(shareChart({ shares, span: 120_000, width: 17 })).split('\n');
    expect(lines[0]).toBe('100 % │███░░░░░░');
    expect(lines[6]).toBe(' 50 % │██████░░░');
    expect(lines[11]).toBe('      │██████░░░');
    expect(lines[13]).toMatch(/0 +1 m +2 m/);
    expect(lines[14]).toContain('█ v1   ░ v2');
  });

  it('shows a share of 5 %', () => {
    const lines = stripVTControlCharacters(
      shareChart({ shares: { v1: [0.95], v2: [0.05] }, span: 1, width: 17 }),
    ).split('\n');
    expect(lines.map((line) => line.includes('░'))).toEqual([true, ...Array<boolean>(13).fill(false), true]);
  });
});

it('the bar says how far it is and how long it takes', () => {
  expect(barText(15, 30, 10_000)).toBe(`${'█'.repeat(15)}${'░'.repeat(15)} 15 of 30 runs, 10 s left`);
});

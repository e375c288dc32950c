import { describe, expect, it } from 'vitest';
import type { EndpointView } from '#contracts';
import { ApiError } from '../errors.js';
import { followEvents } from './follow-events.js';
import { frame, plainLine } from './frame.js';
import { looks } from './looks.js';
import { readFrameLine } from './read-frame-line.js';
import { SeriesOfVersions } from './series.js';
import { rangeOf, sparkline } from './sparkline.js';
import { estimateText } from './time-words.js';
import { hasCome } from './waiting-for.js';

const view = (more: object = {}): EndpointView =>
  ({
    name: 'digits',
    ready: true,
    waitsFor: [],
    strategy: { name: 'canary', spec: {} },
    rollout: { id: 3, status: 'running', startedAt: '2026-01-01T00:00:00Z', endedAt: null, state: {} },
    plan: { epoch: 7, allocation: [{ version: 'v2', weight: 0.25 }, { version: 'v1', weight: 0.75 }], shadows: [] },
    versions: [
      { version: 'v1', weight: 0.75, shadowFraction: null, evidence: { requests: 90, scored: 80, mean: 0.85, lower: 0.75, upper: 0.93 } },
      { version: 'v2', weight: 0.25, shadowFraction: null, evidence: null },
    ],
    verdict: { outcome: 'hold', reason: 'not enough truth yet', checks: [] },
    wait: { ms: 90_000, because: '30 more scored units', checks: [] },
    ...more,
  }) as unknown as EndpointView; // prettier-ignore
const ended = (status: string, outcome: string) => view({ rollout: { id: 3, status }, verdict: { outcome } });

describe('sparkline', () => {
  it('draws the newest values by their place in the range, and a dot for none', () => {
    expect(sparkline([0, 0.5, null, 1], { from: 0, to: 1, width: 4 })).toBe('▁▅·█');
    expect(sparkline([0, 1, 1], { from: 0, to: 1, width: 2 })).toBe('██');
    expect(sparkline([0.5, 0.5], { ...rangeOf([0.5, null, 0.5]), width: 2 })).toBe('██');
  });
});

describe('the table of `watch`', () => {
  it('shows shares and rewards now and over time, and how long it may take', () => {
    const plan = { rollout: 3, allocation: [{ version: 'v2', weight: 0 }, { version: 'v1', weight: 1 }] }; // prettier-ignore
    const series = new SeriesOfVersions([plan as never]);
    series.add(view());
    const text = frame(view(), series, Date.parse('2026-01-01T02:00:00Z'));
    expect(text).toContain('digits: canary, rollout 3 running for 2 h, plan 7');
    expect(text).toMatch(/v1 +75 % +█▇ +90 +80 +0\.85 +0\.75 … 0\.93 +█/);
    expect(text).toMatch(/v2 +25 % +▁▃ +0 +0 +– +– +·/);
    expect(text).toContain('how long: about 1.5 m: 30 more scored units');
    expect(plainLine(view())).toBe('rollout 3 running; plan 7: v2 25 %, v1 75 %; hold');
  });

  it('begins anew with another rollout', () => {
    const series = new SeriesOfVersions();
    series.add(view());
    series.add(view({ rollout: { id: 4 } }));
    expect(series.of('v1').shares).toEqual([0.75]);
  });

  it('says where nobody can tell how long', () => {
    expect(estimateText({ ms: null, because: 'no truth of v2 has come yet' })).toBe(
      'unknown: no truth of v2 has come yet',
    );
  });
});

describe('what `wait` waits for', () => {
  it('has come, has not yet, or never will', () => {
    expect(hasCome('ready', view(), 3)).toBe('yes');
    expect(hasCome('ready', view({ ready: false }), 3)).toBe('not yet');
    expect(hasCome('verdict', view(), 3)).toBe('not yet');
    expect(hasCome('verdict', view({ verdict: { outcome: 'advance' } }), 3)).toBe('yes');
    for (const wanted of ['promoted', 'rolled-back', 'ended'] as const)
      expect(hasCome(wanted, view(), 3)).toBe('not yet');
    expect(hasCome('promoted', ended('succeeded', 'promote'), 3)).toBe('yes');
    expect(hasCome('promoted', ended('failed', 'rollback'), 3)).toBe('never');
    expect(hasCome('rolled-back', ended('failed', 'rollback'), 3)).toBe('yes');
    expect(hasCome('rolled-back', ended('succeeded', 'promote'), 3)).toBe('never');
    expect(hasCome('ended', ended('failed', 'rollback'), 3)).toBe('yes');
  });

  it('is nothing of the rollout that took its place', () => {
    expect(hasCome('promoted', view(), 2)).toBe('never');
    expect(hasCome('ended', view(), 2)).toBe('yes');
  });
});

describe('looks', () => {
  const options = { everyMs: 1, signal: new AbortController().signal };

  it('waits for a service that is away, and gives up on what is refused', async () => {
    const answers = [new ApiError('away', null), 'here', new ApiError('there is no endpoint', 404)];
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const one of looks(() => next(answers.shift()), options)) seen.push(one);
    })();
    await expect(following).rejects.toThrow('there is no endpoint');
    expect(seen).toEqual(['here']);
  });

  it('ends with its signal', async () => {
    const signal = AbortSignal.abort();
    for await (const _ of looks(() => Promise.resolve(1), { everyMs: 1, signal })) expect.unreachable();
  });
});

describe('followEvents', () => {
  it('goes on after the last event that it saw, and gives up on what is refused', async () => {
    const asked: (number | undefined)[] = [];
    const frames = [
      ['id: 7', 'retry: 1000', ': alive', 'data: {"id":8,"type":"plan"}'],
      ['data: {"id":9,"type":"promoted"}'],
    ];
    async function* eventStream(_name: string | undefined, after: number | undefined) {
      asked.push(after);
      const lines = frames.shift();
      if (lines === undefined) throw new ApiError('there is no endpoint', 404);
      for (const line of lines) yield readFrameLine(line) ?? {};
      await Promise.resolve();
      throw new ApiError('the answer broke off', 200, [], true);
    }
    const types: string[] = [];
    const following = (async () => {
      for await (const { type } of followEvents({ eventStream }, 'digits', undefined, 1)) types.push(type);
    })();
    await expect(following).rejects.toThrow('there is no endpoint');
    expect(types).toEqual(['plan', 'promoted']);
    expect(asked).toEqual([undefined, 8, 9]);
  });
});

const next = (answer: unknown): Promise<unknown> =>
  answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceWindow,
  rolloutPolicy,
  trafficPlan,
  type RolloutPolicy,
  type TrafficPlan,
  type Verdict,
} from '#contracts';
import type { Outcome } from '../rollouts/evaluate.js';
import { draftOf } from '../plans/make-plan.js';
import { coolingDown, type Failure } from './cool-down.js';
import { passGates, type Gated } from './pass-gates.js';
import { instantOf, isOpen, nextOpening, wallTime } from './week-time.js';

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse('2026-03-02T12:00:00Z');

const plan = (allocation: Record<string, number>, step = 1): TrafficPlan =>
  trafficPlan.parse({
    ...{ endpoint: 'e', revision: 1, epoch: 1, rollout: 1, step, assignment: 'key', salt: 's', fallback: 'v1', timeoutMs: 1, at: 0 },
    allocation: Object.entries(allocation).map(([version, weight]) => ({ version, weight })),
  }); // prettier-ignore
const inForce = plan({ v2: 0.05, v1: 0.95 });
const rollout: Gated = { state: { step: 0 }, status: 'running', approvedStep: null, startedAt: new Date(start) };
const outcomeOf = (outcome: Verdict['outcome'], to: TrafficPlan, status: Outcome['status'] = 'running'): Outcome => ({
  draft: draftOf(to),
  state: { step: 1 },
  status,
  verdict: { outcome, version: 'v2', reason: 'because', checks: [] },
  evidenceSeq: 7,
});
const advance = outcomeOf('advance', plan({ v2: 0.25, v1: 0.75 }, 2));
const promote = outcomeOf('promote', plan({ v2: 1 }, 2), 'succeeded');
const waiting = outcomeOf('hold', inForce);
const ways = {
  rollback: outcomeOf('rollback', plan({ v1: 1 }, 2), 'failed'),
  reject: outcomeOf('reject', plan({ v1: 1 }, 2), 'failed'),
  kept: outcomeOf('equivalent', plan({ v1: 1 }, 2), 'succeeded'),
};
const policy = (given: object): RolloutPolicy => rolloutPolicy.parse(given);
const pass = (outcome: Outcome, given: object, changes: Partial<Gated> = {}, now = start + hour): Outcome =>
  passGates(outcome, { ...rollout, ...changes }, inForce, policy(given), now);

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
const moments = fc
  .integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-01-01') })
  .map((at) => at - (at % 1000));
const times = fc.integer({ min: 0, max: 96 }).map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`); // prettier-ignore
const anyWindow = fc
  .record({
    days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], { minLength: 1 }),
    from: times.filter((time) => time !== '24:00'),
    to: times,
    timeZone: fc.constantFrom(...zones),
  })
  .map((window) => advanceWindow.parse(window));
const anyPolicy = fc
  .record({
    approval: fc.constantFrom('none', 'promotion', 'each-step'),
    maxDuration: fc.constantFrom('1m', '1d', '30d'),
    onMaxDuration: fc.constantFrom('rollback', 'hold'),
    cooldown: fc.constant('1d'),
  }, { requiredKeys: ['approval'] })
  .chain((given) => fc.array(anyWindow, { minLength: 1, maxLength: 3 }).map((windows) => ({ ...policy(given), windows }))); // prettier-ignore

describe('the gates', () => {
  it('hold no way back, whatever the policy, the hour and the state of the rollout', () => {
    fc.assert(
      fc.property(anyPolicy, moments, fc.constantFrom(...Object.values(ways)), (any, now, back) => {
        const passed = passGates(back, rollout, inForce, any, now);
        expect(passed).toMatchObject({ draft: back.draft, state: back.state, status: back.status });
      }),
    );
  });

  it('let a move pass as it is, or leave the rollout as it stands and say what it waits for', () => {
    fc.assert(
      fc.property(anyPolicy, moments, fc.constantFrom(advance, promote), (any, now, wish) => {
        const passed = passGates(wish, rollout, inForce, any, now);
        expect(passGates(wish, rollout, inForce, any, now)).toEqual(passed);
        if (passed === wish) return;
        expect(passed).toMatchObject({ draft: draftOf(inForce), state: rollout.state, status: 'running' });
        expect(passed.verdict.outcome).toBe(wish.verdict.outcome);
        expect(passed.verdict.waitsFor).not.toBe('');
        expect(passed.verdict.checks.every(({ outcome }) => outcome === 'wait')).toBe(true);
      }),
    );
  });

  it('ask for an approval of each step, or of the promotion alone, good for the step in force', () => {
    expect(pass(advance, {})).toBe(advance);
    expect(pass(advance, { approval: 'promotion' })).toBe(advance);
    expect(pass(promote, { approval: 'promotion' }).verdict.waitsFor).toBe('approval of all of the traffic for v2');
    expect(pass(advance, { approval: 'each-step' }).verdict.checks).toEqual([
      { name: 'approval', outcome: 'wait', detail: 'the next step of v2 waits for `understudy approve`' },
    ]);
    expect(pass(advance, { approval: 'each-step' }, { approvedStep: 1 })).toBe(advance);
    expect(pass(advance, { approval: 'each-step' }, { approvedStep: 0 })).not.toBe(advance);
    expect(pass(waiting, { approval: 'each-step' })).toBe(waiting);
  });

  it('advance in the windows alone, and say when the next one opens', () => {
    const windows = [{ days: ['mon', 'tue'], from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' }];
    const at = (time: string): Outcome => pass(advance, { windows }, {}, Date.parse(time));
    expect(at('2026-03-02T15:59:59Z')).toBe(advance);
    expect(at('2026-03-02T16:00:00Z').verdict.waitsFor).toBe('the window that opens at 2026-03-03T08:00:00.000Z');
    // Another Monday, after clocks were put forward.
    expect(at('2026-03-28T10:00:00Z').verdict.waitsFor).toBe('the window that opens at 2026-03-30T07:00:00.000Z');
  });

  it('hold a rollout that takes too long, where that is declared, and say so though nothing would move', () => {
    const given = { maxDuration: '1d', onMaxDuration: 'hold' };
    expect(pass(advance, given, {}, start + day - 1)).toBe(advance);
    expect(pass(advance, given, {}, start + day).verdict.checks).toMatchObject([
      { name: 'max-duration', detail: 'the rollout is not over within 1d' },
    ]);
    expect(pass(waiting, given, {}, start + day)).toMatchObject({
      draft: waiting.draft,
      verdict: { outcome: 'hold', waitsFor: 'an operator who promotes or rolls back' },
    });
    expect(pass(advance, { maxDuration: '1d' }, {}, start + day)).toBe(advance);
  });
});

describe('a window', () => {
  it('opens at the moment that is said, and not before', () => {
    fc.assert(
      fc.property(anyWindow, moments, (window, now) => {
        if (isOpen(window, now)) return;
        const opens = nextOpening(window, now);
        expect(opens).toBeGreaterThan(now);
        // Where clocks leap over the whole window, the leap is said.
        const leaps = wallTime(opens, window.timeZone) - wallTime(opens - 1000, window.timeZone) !== 1000;
        if (!leaps) expect(isOpen(window, opens)).toBe(true);
        for (let at = now; at < opens; at += Math.max(60_000, (opens - now) / 20))
          expect(isOpen(window, at)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('goes past midnight with the day that it began on', () => {
    const night = advanceWindow.parse({ days: ['fri'], from: '22:00', to: '04:00' });
    expect(isOpen(night, Date.parse('2026-03-06T23:00:00Z'))).toBe(true);
    expect(isOpen(night, Date.parse('2026-03-07T03:59:00Z'))).toBe(true);
    expect(isOpen(night, Date.parse('2026-03-07T04:00:00Z'))).toBe(false);
    expect(isOpen(night, Date.parse('2026-03-06T03:00:00Z'))).toBe(false);
  });

  it('knows clocks on walls', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (at, zone) => {
        const wall = wallTime(at, zone);
        const found = instantOf(wall, zone);
        expect(wallTime(found, zone)).toBe(wall);
        expect(found).toBeLessThanOrEqual(at);
      }),
    );
    // Between two and three that night there was no such time in Berlin.
    expect(instantOf(Date.parse('2026-03-29T02:30:00Z'), 'Europe/Berlin')).toBe(Date.parse('2026-03-29T01:00:00Z'));
  });

  it.each([
    [{ timeZone: 'Mars/Olympus' }, 'expected a time zone'],
    [{ from: '9:00' }, 'expected a time of day'],
    [{ days: [] }, 'Too small'],
  ])('is refused where it is none: %j', (given, message) => {
    expect(advanceWindow.safeParse(given).error?.issues[0]?.message).toContain(message);
  });
});

describe('the cool-down', () => {
  const failed = (rollout_: number, endedAt: number): Failure => ({
    rollout: rollout_,
    versions: ['v2'],
    endedAt,
    reason: 'too slow',
  });

  it('refuses what failed within it, until it is over, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 * day })),
        fc.integer({ min: 1, max: 10 * day }),
        (ages, cooldown) => {
          const failures = ages.map((age, i) => failed(i, start - age));
          const found = coolingDown(['v2', 'v3'], failures, cooldown, start);
          expect(found.map(({ version }) => version)).toEqual(ages.some((age) => age < cooldown) ? ['v2'] : []);
          expect(coolingDown(['v2'], failures, cooldown, start + cooldown)).toEqual([]);
        },
      ),
    );
    expect(coolingDown(['v2'], [failed(1, start)], undefined, start)).toEqual([]);
  });

  it('says what failed, why, and until when', () => {
    expect(coolingDown(['v2'], [failed(1, start - 2 * hour), failed(3, start - hour)], day, start)[0]?.message).toBe(
      'version "v2" failed in rollout 3 (too slow) and cools down for 1d, until 2026-03-03T11:00:00.000Z; ' +
        'name another version, wait, or ask for it with --retry (?retry=true)',
    );
  });
});

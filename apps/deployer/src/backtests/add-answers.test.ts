import { describe, expect, it } from 'vitest';
import { truthSpec } from '#contracts';
import { scoringRule, type ScoringRule } from '#scoring';
import { addAnswers, type AnsweredTwice } from './add-answers.js';
import { noEvidence } from './backtest.js';
import { judgeBacktest } from './judge-backtest.js';

function ruleOf(spec: object = {}): ScoringRule {
  const result = scoringRule(truthSpec.parse({ metric: 'accuracy', window: '1h', ...spec }));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.rule;
}
const rules = (spec: object = {}) => ({ champion: ruleOf(spec), shadow: ruleOf(spec) });
const says = (label: number) => ({ status: 'ok' as const, response: { predictions: [label] } });
const failed = { status: 'error' as const, response: null };
const truth = (label: number) => ({ seq: '1', truth: label, reward: null, at: 0 });
const now = 10 * 3_600_000;
const asked = (champion: AnsweredTwice['champion'], shadow: AnsweredTwice['shadow'], more: Partial<AnsweredTwice> = {}) => ({
  requestedMs: 0, champion, shadow, truth: truth(3), ...more,
}); // prettier-ignore

describe('evidence of a backtest', () => {
  it('compares the answers on the same requests', () => {
    const some = [asked(says(3), says(3)), asked(says(4), says(3)), asked(says(3), says(5)), asked(says(4), says(3))];
    const { champion, pair } = addAnswers(noEvidence('v1', 'v2'), some, rules(), now);
    expect(champion).toMatchObject({ requests: 4, errors: 0, scored: 4, sum: 2 });
    expect(pair).toMatchObject({ requests: 4, scored: 4, better: 2, worse: 1, sumDifference: 1, sumSquaredDifference: 3, championSum: 2, shadowSum: 3 }); // prettier-ignore
  });

  it('counts what failed as an error and, with its truth, as the worst reward', () => {
    const { champion, pair } = addAnswers(noEvidence('v1', 'v2'), [asked(says(3), failed), asked(failed, says(3))], rules(), now);
    expect(champion).toMatchObject({ requests: 2, errors: 1, errorSum: 1, scored: 2, sum: 1 });
    expect(pair).toMatchObject({ requests: 2, errors: 1, scored: 2, better: 1, worse: 1 });
  }); // prettier-ignore

  it('leaves requests without a truth out of the pairs, or takes the default once their window has closed', () => {
    const unknown = asked(says(3), says(3), { truth: null });
    expect(addAnswers(noEvidence('v1', 'v2'), [unknown], rules(), now).pair).toMatchObject({ requests: 1, scored: 0 });
    const byDefault = rules({ missing: 'default', default: 0 });
    expect(addAnswers(noEvidence('v1', 'v2'), [unknown], byDefault, now).pair.scored).toBe(1);
    const open = { ...unknown, requestedMs: now };
    expect(addAnswers(noEvidence('v1', 'v2'), [open], byDefault, now).pair.scored).toBe(0);
  });

  it('adds up the parts of a truth', () => {
    const rule = rules({ metric: 'absolute-error', combine: 'sum' });
    const parts = { ...truth(2), parts: [{ truth: 1 }, { truth: 2 }] };
    const { pair } = addAnswers(noEvidence('v1', 'v2'), [asked(says(5), says(3), { truth: parts })], rule, now);
    expect(pair).toMatchObject({ scored: 1, championSum: 2, shadowSum: 0 });
  });

  it('adds page by page what it adds at once', () => {
    const some = Array.from({ length: 60 }, (_, n) => asked(n % 3 === 0 ? failed : says(n % 4), says(n % 5)));
    const once = addAnswers(noEvidence('v1', 'v2'), some, rules(), now);
    const half = addAnswers(noEvidence('v1', 'v2'), some.slice(0, 25), rules(), now);
    expect(addAnswers(half, some.slice(25), rules(), now)).toEqual(once);
  });
});

describe('the verdict', () => {
  const spec = { champion: 'v1', shadows: [{ version: 'v2' }], minSamples: 20 };
  const reward = { kind: 'binary', goal: 'maximise' } as const;
  const backtest = { endpoint: 'e', spec, state: null, from: new Date(0) };

  it('is that of the strategy silent: none before there are enough pairs, then promote, and it stays', () => {
    const few = addAnswers(noEvidence('v1', 'v2'), Array.from({ length: 5 }, () => asked(says(4), says(3))), rules(), now);
    expect(judgeBacktest(backtest, few, reward, now).verdict).toMatchObject({ outcome: 'hold' });
    const many = addAnswers(few, Array.from({ length: 60 }, () => asked(says(4), says(3))), rules(), now);
    const { verdict, state } = judgeBacktest(backtest, many, reward, now);
    expect(verdict).toMatchObject({ outcome: 'promote', version: 'v2' });
    expect(judgeBacktest({ ...backtest, state }, noEvidence('v1', 'v2'), reward, now).verdict.outcome).toBe('promote');
  }); // prettier-ignore

  it('rejects one that fails where the champion does not', () => {
    const failing = addAnswers(noEvidence('v1', 'v2'), Array.from({ length: 200 }, () => asked(says(3), failed)), rules(), now);
    expect(judgeBacktest(backtest, failing, reward, now).verdict).toMatchObject({ outcome: 'reject', version: 'v2' });
  }); // prettier-ignore
});

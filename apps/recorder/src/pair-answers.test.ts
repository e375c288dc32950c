import { describe, expect, it } from 'vitest';
import { type StepFacts, unknownStep } from '#database';
import { countAgreements } from './count-rows.js';
import { type AnsweredRow, pairAnswers } from './pair-answers.js';

const facts = (): StepFacts => ({
  ...unknownStep,
  champion: 'v1',
  shadows: ['v2'],
  weights: { v1: 1 },
  arms: { v1: 1 },
});
const row = (more: Partial<AnsweredRow> = {}): AnsweredRow => ({
  endpoint: 'digits',
  id: 'a',
  requestedAt: 1_000,
  rollout: 1,
  step: 0,
  version: 'v1',
  role: 'primary',
  pinned: false,
  status: 'ok',
  response: { predictions: [3] },
  ...more,
});
const shadow = (more: Partial<AnsweredRow> = {}) => row({ role: 'shadow', version: 'v2', ...more });
const pairs = (fresh: AnsweredRow[], stored: AnsweredRow[] = []) => pairAnswers(fresh, stored, facts, () => undefined);

describe('pairAnswers', () => {
  it('compares a shadow with the champion when the second of the two is recorded, whichever that is', () => {
    const expected = [{ endpoint: 'digits', rollout: 1, step: 0, version: 'v2', compared: 1, agreed: 1 }];
    expect(pairs([row(), shadow()])).toMatchObject(expected);
    expect(pairs([row()], [shadow()])).toMatchObject(expected);
    expect(pairs([shadow()], [row()])).toMatchObject(expected);
    expect(pairs([row()])).toEqual([]);
    // A third row comes to two that have met.
    const another = shadow({ version: 'v3' });
    expect(pairs([another], [row(), shadow()]).map(({ version }) => version)).toEqual(['v3']);
  });

  it('compares nobody with other requests, other rollouts, or a version that is not the champion', () => {
    expect(pairs([row(), shadow({ id: 'b' })])).toEqual([]);
    expect(pairs([row(), shadow({ requestedAt: 2_000 })])).toEqual([]);
    expect(pairs([row(), shadow({ rollout: 2 })])).toEqual([]);
    expect(pairs([row({ version: 'v4' }), shadow()])).toEqual([]);
  });

  it('leaves out what failed, what was pinned, and what cannot be read', () => {
    for (const more of [{ status: 'error' }, { pinned: true }, { response: null }] as Partial<AnsweredRow>[]) {
      expect(pairs([row(more), shadow()])).toEqual([]);
      expect(pairs([row(), shadow(more)])).toEqual([]);
    }
  });

  it('adds up to one count for each shadow and step', () => {
    const other = { id: 'b', response: { predictions: [8] } };
    const [count, ...more] = countAgreements(pairs([row(), shadow(), row({ id: 'b' }), shadow(other)]));
    expect(more).toEqual([]);
    expect(count).toMatchObject({
      version: 'v2',
      role: 'shadow',
      requests: 0,
      agreement: { compared: 2, agreed: 1, numeric: 2, answerDifference: 5, answerSquaredDifference: 25 },
    });
  });
});

import { expect, it } from 'vitest';
import type { WholeDeadLetter } from '#contracts';
import { letterText, lettersTable, reportText } from './deadletters.js';

const letter: WholeDeadLetter = {
  id: '0-17',
  at: '2026-01-02T00:00:00Z',
  reason: 'not JSON',
  error: 'unexpected end',
  service: 'router',
  origin: { topic: 'understudy.requests.digits', partition: 3, offset: '41', at: '2026-01-01T00:00:00Z' },
  key: 'ann',
  bytes: 15,
  replayed: null,
  headers: { ce_id: 'mine' },
  value: '{"instances": [',
};
const replayed = { at: '2026-01-03T00:00:00Z', actor: 'bob', reason: 'mended' };

it('lists where each came from, why it is there, and whether it was replayed', () => {
  expect(lettersTable([letter, { ...letter, id: '0-16', origin: null, replayed }])).toMatch(
    /0-17 .* understudy\.requests\.digits\/3@41 +router +15 B +no +not JSON\n0-16 .* – +router +15 B +by bob/,
  );
});

it('shows one whole', () => {
  const text = letterText({ ...letter, replayed });
  expect(text).toContain('not JSON: unexpected end (router)');
  expect(text).toContain('2026-01-03T00:00:00Z by bob: mended');
  expect(text).toContain('header       ce_id: mine');
  expect(text.endsWith('\n\n{"instances": [')).toBe(true);
  expect(letterText({ ...letter, value: null, key: null })).toContain('a tombstone');
});

it('says what was sent where, and what was not', () => {
  const report = {
    replayed: [1, 2].map((id) => ({ id: `0-${id}`, topic: 't' })),
    refused: [{ id: '0-3', error: 'gone' }],
  };
  expect(reportText(report)).toBe('2 sent to t again\n0-3 was refused: gone');
  expect(reportText({ replayed: [], refused: [] })).toBe('nothing was sent');
});

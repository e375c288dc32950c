import { expect, it } from 'vitest';
import type { VersionHealth, VersionView } from '#contracts';
import { healthLines } from './health-table.js';

const drift = { name: '[3]', kind: 'numeric', psi: 0.31, statistic: 0.4, pValue: 1e-9 } as const;
const health: VersionHealth = {
  at: '2026-01-01T01:00:00.000Z',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T01:00:00.000Z',
  requests: 800,
  reference: null,
  inputs: { columns: 64, drifted: 2, most: [drift] },
  answers: { ...drift, name: 'answer', psi: 0.02 },
  accuracy: { estimate: 0.912, standardError: 0.01, answers: 800, calibratedOn: { version: 'v1', answers: 500 } },
};
const version = (name: string, more: object = {}): VersionView => ({ version: name, ...more }) as VersionView;

const agreement = { champion: 'v1', compared: 400, agreed: 0.95, meanDifference: 0.25 };

it('shows what is known of each version, and dashes for what is not', () => {
  const text = healthLines({ versions: [version('v1', { health }), version('v2'), version('v3', { health: { ...health, inputs: null, answers: null, accuracy: null } })] }).join('\n'); // prettier-ignore
  expect(text).toMatch(/v1 +800 +2 of 64 +\[3\] PSI 0\.31 +PSI 0\.02 +– +91\.2 % ± 2 % +500 of v1/);
  expect(text).toMatch(/v3 +800 +– +– +– +– +– +–/);
  expect(text).not.toContain('v2');
});

it('says how often a shadow answers the same, and of numbers by how much they differ', () => {
  const text = (more: object) => healthLines({ versions: [version('v2', { health: { ...health, agreement, ...more } })] }).join('\n'); // prettier-ignore
  expect(text({})).toMatch(/ v1 but for \+0\.25 on average of 400/);
  expect(text({ answers: { ...drift, kind: 'categorical' } })).toMatch(/ v1 in 95 % of 400/);
});

it('is nothing where nothing is known', () => {
  expect(healthLines({ versions: [version('v1')] })).toEqual([]);
});

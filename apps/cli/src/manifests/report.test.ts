import { expect, it } from 'vitest';
import type { EndpointReport, TemplateReport } from '#contracts';
import { reportLines } from './report.js';

const report: EndpointReport = {
  kind: 'Endpoint',
  name: 'digits',
  action: 'changed',
  revision: 8,
  epoch: 13,
  differences: [
    { path: 'spec.timeout', before: '5s', after: '2s' },
    { path: 'spec.versions[v3]', after: { name: 'v3' } },
    { path: 'spec.drift', before: { reference: '7d' } },
  ],
  rollout: { id: 4, strategy: 'canary', begins: true },
  versions: { added: ['v3'], retired: ['v1'] },
  trafficBefore: { allocation: [{ version: 'v2', weight: 1 }], shadows: [] },
  traffic: { allocation: [{ version: 'v3', weight: 0.05 }, { version: 'v2', weight: 0.95 }], shadows: [] }, // prettier-ignore
};

it('says what differs and what that does', () => {
  expect(reportLines(report, true)).toEqual([
    'endpoint digits: would be changed, revision 8, plan 13',
    '  ~ spec.timeout: 5s → 2s',
    '  + spec.versions[v3]: {"name":"v3"}',
    '  - spec.drift: {"reference":"7d"}',
    '  new version v3',
    '  version v1 goes',
    '  rollout 4 (canary) begins',
    '  traffic: v2 100 % → v3 5 %, v2 95 %',
  ]);
  expect(reportLines({ ...report, action: 'unchanged' }, true)).toEqual(['endpoint digits: unchanged, revision 8, plan 13']); // prettier-ignore
  const conflict = { revision: 7, actor: 'ann', at: '2026-01-01T00:00:00.000Z' };
  expect(reportLines({ ...report, conflict }, true).at(-1)).toContain('revision 7 was applied by ann');
});

it('says who keeps what was made of a template before', () => {
  const template: TemplateReport = {
    kind: 'Template',
    name: 'careful',
    action: 'changed',
    revision: 3,
    differences: [{ path: 'spec.rollout.cooldown', after: '1d' }],
    usedBy: ['digits'],
  };
  expect(reportLines(template, false)).toEqual([
    'template careful: changed, revision 3',
    '  + spec.rollout.cooldown: 1d',
    '  endpoint digits uses it, and keeps what it has until it is applied or updated',
  ]);
  expect(reportLines({ ...template, action: 'unchanged' }, true)).toEqual(['template careful: unchanged, revision 3']);
});

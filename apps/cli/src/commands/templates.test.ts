import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { TemplateView } from '#contracts';
import { exportManifest, parseTemplate } from '#manifests';
import { templatesTable, templateText } from './templates.js';

const manifest = {
  apiVersion: 'understudy/v1',
  kind: 'Template',
  metadata: { name: 'careful' },
  spec: { strategy: { silent: { margin: 0.02 } } },
};
const template: TemplateView = {
  name: 'careful',
  revision: 3,
  manifest,
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'ann',
  usedBy: [
    { endpoint: 'digits', revision: 3 },
    { endpoint: 'fraud', revision: 2 },
  ],
};

describe('templates', () => {
  it('are listed with who changed them last, and who has not taken that in', () => {
    expect(templatesTable([template])).toMatch(
      /careful +silent +3 +2026-01-01T00:00:00\.000Z +ann +digits, fraud \(revision 2\)/,
    );
    expect(templatesTable([{ ...template, usedBy: [] }])).toMatch(/ann +none/);
  });

  it('are shown as applying takes them, with the revision that they are', () => {
    const text = templateText(template, exportManifest(manifest, 3));
    expect(text).toContain('by ann; used by digits, fraud (revision 2)');
    expect(parseTemplate(parse(text))).toMatchObject({ ok: true, template: { source: manifest, madeFrom: 3 } });
  });
});

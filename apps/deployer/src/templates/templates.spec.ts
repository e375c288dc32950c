import { describe, expect, it } from 'vitest';
import type { TemplateView } from '#contracts';
import { http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const template = (interval: string, approval = 'promotion') => ({
  apiVersion: 'understudy/v1',
  kind: 'Template',
  metadata: { name: 'careful' },
  spec: { strategy: { canary: { steps: [10, 50], interval } }, rollout: { approval } },
});

describe('templates', () => {
  const { harness, control, url } = useDeployer();

  const call = (path: string, method = 'GET', body?: object) =>
    http<TemplateView & Record<string, unknown>>(url(`/templates${path}`), {
      method,
      body,
      headers: { 'x-actor': 'ann' },
    });
  const reference = { template: 'careful', champion: 'v1', candidate: 'v2' };

  it('are put, read, and changed only by another one', async () => {
    expect(await call('/careful', 'PUT', template('1h'))).toMatchObject({
      status: 201,
      body: { revision: 1, updatedBy: 'ann' },
    });
    expect(await call('/careful', 'PUT', template('1h'))).toMatchObject({ status: 200, body: { revision: 1 } });
    expect(await call('')).toMatchObject({ body: [{ name: 'careful', usedBy: [] }] });
    expect(await call('/other', 'PUT', template('1h'))).toMatchObject({ status: 400 });
    expect(await call('/none')).toMatchObject({ status: 404 });
  });

  it('are what an endpoint refers to, until it is applied again', async () => {
    const manifest = harness.manifest('user', reference, { rollout: { cooldown: '1h' } });
    expect(await control.put('user', manifest)).toMatchObject({ status: 201 });
    const view = await control.view('user');
    expect(view).toMatchObject({
      strategy: { name: 'canary', spec: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h' } },
      template: { name: 'careful', revision: 1, newest: 1 },
      manifest: { spec: { strategy: reference, rollout: { cooldown: '1h' } } },
    });
    await call('/careful', 'PUT', template('2h'));
    expect(await control.view('user')).toMatchObject({
      rollout: { id: 1 },
      strategy: { spec: { interval: '1h' } },
      template: { revision: 1, newest: 2 },
    });
    expect(await call('/careful')).toMatchObject({
      body: { revision: 2, usedBy: [{ endpoint: 'user', revision: 1 }] },
    });
    expect(await control.put('user', view.manifest)).toMatchObject({
      body: { revision: 2, rollout: { id: 2 }, template: { revision: 2 }, strategy: { spec: { interval: '2h' } } },
    });
    expect(await control.put('user', view.manifest)).toMatchObject({ body: { revision: 2, rollout: { id: 2 } } });
  });

  it('stay while an endpoint uses them', async () => {
    const refused = await call('/careful', 'DELETE');
    expect(refused).toMatchObject({ status: 409 });
    expect(JSON.stringify(refused.body)).toContain('in use by user');
    await control.remove('user');
    expect(await call('/careful', 'DELETE')).toMatchObject({ status: 200, body: { deleted: true } });
    const gone = await control.put('user', harness.manifest('user', reference));
    expect(gone).toMatchObject({ status: 400, body: { problems: [{ path: 'spec.strategy.template' }] } });
    const own = harness.manifest('user', { single: { version: 'v1' } }, { template: { reference, revision: 1 } });
    expect(await control.put('user', own)).toMatchObject({
      status: 400,
      body: { problems: [{ path: 'spec.template' }] },
    });
  });
});

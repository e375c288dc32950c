import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ApplyAnswer, EndpointSummary, EndpointView } from '#contracts';
import { http, type HttpAnswer } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const single = (version: string) => ({ single: { version } });
const canary = { canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h', margin: 0.05 } };
type Answer = HttpAnswer<ApplyAnswer & { error?: string; problems?: { path: string }[]; conflicts?: object[] }>;

describe('applying manifests', () => {
  const { harness, control, origin, url } = useDeployer();

  const apply = (body: unknown, query = '', actor = 'ann', more: Record<string, string> = {}): Promise<Answer> =>
    http(url(`/apply${query}`), { method: 'POST', body, headers: { 'x-actor': actor, ...more } });
  const exported = async (name: string): Promise<{ metadata: { revision: number } }> =>
    (await http<{ metadata: { revision: number } }>(url(`/endpoints/${name}/manifest`))).body;

  it('takes several, also as the documents of a YAML text, and changes nothing by the same ones', async () => {
    const both = [harness.manifest('first', single('v1')), harness.manifest('second', canary)];
    const { status, body } = await apply(both);
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { name: 'first', action: 'created', revision: 1, rollout: { id: 1, begins: true }, trafficBefore: null },
      { name: 'second', action: 'created', traffic: { allocation: [{ version: 'v2', weight: 0.1 }, {}] } },
    ]);
    const yaml = both.map((one) => stringify(one)).join('---\n');
    const again = await apply(yaml, '', 'bob', { 'content-type': 'application/yaml' });
    expect(again.body.items.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });

  it('takes all or none', async () => {
    const good = harness.manifest('all-or-none', single('v1'));
    const outside = harness.manifest('outside', single('v1'), { versions: [{ name: 'v1', runtime: 'onnx', artifact: '/etc/passwd' }] }); // prettier-ignore
    const refused = await apply([good, outside]);
    expect(refused).toMatchObject({ status: 400, body: { problems: [{ path: '[1].spec.versions[0].artifact' }] } });
    const wrong = await apply([good, harness.manifest('wrong', { canery: {} })]);
    expect(wrong).toMatchObject({ status: 400, body: { problems: [{ path: '[1].spec.strategy.canery' }] } });
    expect((await apply([good, good])).body.problems).toMatchObject([{ path: '[1].metadata.name' }]);
    await apply(harness.manifest('in-use', single('v1')));
    const inUse = harness.manifest('in-use', single('v2'), { versions: [{ name: 'v2', runtime: 'onnx', artifact: 'v2.onnx' }] }); // prettier-ignore
    expect(await apply([good, inUse])).toMatchObject({ status: 422, body: { error: expect.stringContaining('in-use') as string } }); // prettier-ignore
    expect((await http(url('/endpoints/all-or-none'))).status).toBe(404);
  });

  it('says in a dry run what would change, and changes nothing', async () => {
    await apply(harness.manifest('dry', single('v1')));
    const next = harness.manifest('dry', canary, { timeout: '2s' });
    const dry = await apply(next, '?dryRun=true');
    expect(dry.body).toMatchObject({
      dryRun: true,
      items: [
        {
          action: 'changed',
          revision: 2,
          rollout: { id: 2, strategy: 'canary', begins: true },
          trafficBefore: { allocation: [{ version: 'v1', weight: 1 }] },
          traffic: { allocation: [{ version: 'v2', weight: 0.1 }, { version: 'v1', weight: 0.9 }] }, // prettier-ignore
        },
      ],
    });
    expect(dry.body.items[0]?.differences).toEqual(
      expect.arrayContaining([{ path: 'spec.timeout', before: '5s', after: '2s' }]) as unknown,
    );
    expect(await control.view('dry')).toMatchObject({ revision: 1, epoch: 1 });
    expect(await control.events('dry')).toHaveLength(2);
    const done = await apply(next);
    expect(done.body.items).toEqual(dry.body.items);
  });

  it('refuses a change that does not know of somebody else’s newer revision, unless it is forced', async () => {
    await apply(harness.manifest('shared', single('v1')), '', 'ann');
    const mine = harness.manifest('shared', single('v1'), { timeout: '3s' });
    const refused = await apply(mine, '', 'bob');
    expect(refused).toMatchObject({
      status: 409,
      body: { conflicts: [{ name: 'shared', revision: 1, actor: 'ann' }] },
    });
    expect(refused.body.error).toContain('applied by ann');
    expect((await apply(mine, '?dryRun=true', 'bob')).body.items).toMatchObject([{ conflict: { actor: 'ann' } }]);
    expect((await apply(mine, '?force=true', 'bob')).body.items).toMatchObject([{ revision: 2 }]);
    // Ann has not seen revision 2, until she edits what is exported.
    expect((await apply(harness.manifest('shared', single('v2')), '', 'ann')).status).toBe(409);
    const seen = await exported('shared');
    const edited = { ...seen, spec: harness.manifest('shared', single('v2'), { timeout: '3s' })['spec'] };
    expect((await apply(edited, '', 'ann')).body.items).toMatchObject([{ revision: 3 }]);
    expect((await apply(edited, '', 'ann')).body.items).toMatchObject([{ action: 'unchanged' }]);
  });

  it('lets one of two win who edit the same revision at once, and tells the other', async () => {
    await apply(harness.manifest('contested', single('v1')), '', 'carol');
    const seen = await exported('contested');
    const edit = (timeout: string) => ({
      ...seen,
      spec: harness.manifest('contested', single('v1'), { timeout })['spec'],
    });
    const answers = await Promise.all([apply(edit('3s'), '', 'ann'), apply(edit('4s'), '', 'bob')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await control.view('contested')).toMatchObject({ revision: 2 });
  });

  it('takes templates with the endpoints that use them, whatever their order', async () => {
    const way = (interval: string, revision?: number) => ({
      apiVersion: 'understudy/v1',
      kind: 'Template',
      metadata: { name: 'way', ...(revision !== undefined && { revision }) },
      spec: { strategy: { canary: { steps: [10, 50], interval, margin: 0.05 } } },
    });
    const user = harness.manifest('user', { template: 'way', champion: 'v1', candidate: 'v2' });
    const dry = await apply([user, way('1h')], '?dryRun=true');
    expect(dry.body.items).toMatchObject([
      { kind: 'Endpoint', name: 'user', action: 'created', rollout: { strategy: 'canary' } },
      { kind: 'Template', name: 'way', action: 'created', revision: 1, usedBy: [] },
    ]);
    expect((await http(url('/templates/way'))).status).toBe(404);
    expect((await apply([user, way('1h')])).body.items).toEqual(dry.body.items);
    expect((await apply(way('1h'))).body.items).toMatchObject([{ action: 'unchanged', usedBy: ['user'] }]);

    const interval = { path: 'spec.strategy.canary.interval', after: '2h' };
    expect((await apply(way('2h'))).body.items).toMatchObject([
      { action: 'changed', revision: 2, differences: [{ ...interval, before: '1h' }], usedBy: ['user'] },
    ]);
    expect(await control.view('user')).toMatchObject({ revision: 1, template: { revision: 1, newest: 2 } });
    const both = await apply([way('3h'), user]);
    expect(both.body.items).toMatchObject([
      { revision: 3, usedBy: [] },
      { action: 'changed', revision: 2 },
    ]);
    expect(both.body.items[1]?.differences).toContainEqual({ ...interval, before: '1h', after: '3h' });
    expect(await control.view('user')).toMatchObject({ template: { revision: 3, newest: 3 } });

    const refused = await apply([harness.manifest('beside', single('v1')), way('4h')], '', 'bob');
    expect(refused).toMatchObject({ status: 409, body: { conflicts: [{ name: 'way', revision: 3, actor: 'ann' }] } });
    expect((await http(url('/endpoints/beside'))).status).toBe(404);
    expect((await apply(way('4h'), '?dryRun=true', 'bob')).body.items).toMatchObject([{ conflict: { actor: 'ann' } }]);
    expect((await apply(way('4h', 3), '', 'bob')).body.items).toMatchObject([{ revision: 4 }]);
    expect((await apply(way('5h'), '?force=true', 'ann')).body.items).toMatchObject([{ revision: 5 }]);
  });

  it('names the document in what is wrong with a template, and says nothing of those who use it', async () => {
    const bad = (name: string) => ({
      apiVersion: 'understudy/v1',
      kind: 'Template',
      metadata: { name },
      spec: { strategy: { canary: { steps: 'all' } } },
    });
    const good = { ...bad('good'), spec: { strategy: { silent: {} } } };
    const uses = (template: string) => harness.manifest('uses', { template, champion: 'v1', candidate: 'v2' });
    expect((await apply([uses('bad'), bad('bad')])).body.problems).toMatchObject([
      { path: '[1].spec.strategy.canary.steps' },
    ]);
    expect((await apply([good, good])).body.problems).toMatchObject([{ path: '[1].metadata.name' }]);
    expect((await apply([good, uses('other')])).body.problems).toMatchObject([
      { path: '[1].spec.strategy.template', message: expect.stringContaining('good') as string },
    ]);
    expect((await http(url('/templates/good'))).status).toBe(404);
  });

  it('is undone by nothing: what is exported is what applying takes', async () => {
    const full = {
      timeout: '2s',
      drift: { reference: '7d' },
      truth: { metric: 'accuracy', window: '10m' },
      assignment: 'key',
    };
    await apply(harness.manifest('exported', canary, full));
    expect((await apply(await exported('exported'), '', 'bob')).body.items).toMatchObject([{ action: 'unchanged' }]);
    const yaml = await http<string>(url('/endpoints/exported/manifest'), { headers: { accept: 'application/yaml' } });
    expect(yaml.body).toContain('revision: 1\n');
    const again = await apply(yaml.body, '', 'bob', { 'content-type': 'application/yaml' });
    expect(again.body.items).toMatchObject([{ action: 'unchanged' }]);
  });

  it('answers with tags, 304 to who has it already, and takes changes only to the revision that If-Match names', async () => {
    await apply(harness.manifest('tagged', single('v1')));
    const { headers } = await http<EndpointView>(url('/endpoints/tagged'));
    const tag = headers.get('etag') ?? '';
    expect(tag).toMatch(/^"r1-/);
    const known = await http(url('/endpoints/tagged'), { headers: { 'if-none-match': tag } });
    expect(known).toMatchObject({ status: 304, body: '' });
    const put = (ifMatch: string, version: string) =>
      http(url('/endpoints/tagged'), {
        method: 'PUT', body: harness.manifest('tagged', single(version)), headers: { 'if-match': ifMatch },
      }); // prettier-ignore
    expect((await put(tag, 'v2')).status).toBe(200);
    expect(await put(tag, 'v3')).toMatchObject({ status: 412, body: { error: expect.stringContaining('revision 2') as string } }); // prettier-ignore
    expect((await put('"soon"', 'v3')).status).toBe(400);
    const verb = (name: string, ifMatch: string, body?: object) =>
      http(url(`/endpoints/tagged${name}`), {
        method: name === '' ? 'DELETE' : 'POST',
        headers: { 'if-match': ifMatch },
        body,
      });
    expect((await verb('/rollback', '"r1"')).status).toBe(412);
    const pin = { when: { routingKey: 'ann' }, version: 'v2' };
    expect((await verb('/pin', '"r1"', pin)).status).toBe(412);
    expect((await verb('/add-arm', '"r1"', { version: 'v2' })).status).toBe(412);
    expect((await verb('/unpin', '"r1"', { when: pin.when })).status).toBe(412);
    expect((await verb('', '"r1"')).status).toBe(412);
    expect((await verb('', '"r2"')).status).toBe(200);
  });

  it('lists endpoints page by page', async () => {
    const first = await http<EndpointSummary[]>(url('/endpoints?limit=2'));
    expect(first.body).toHaveLength(2);
    const next = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await http<EndpointSummary[]>(`${origin()}${next}`);
    const names = [...first.body, ...second.body].map(({ name }) => name);
    expect(names).toHaveLength(4);
    expect(names).toEqual(names.toSorted());
  });
});

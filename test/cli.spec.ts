import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { digit, digitsManifest, eventually, modelPath, v1Question } from '#testing';
import { startCommand } from './run-command.js';
import { useStack } from './use-stack.js';

describe('the command line', () => {
  const stack = useStack();
  const name = 'by-cli';
  const folder = mkdtempSync(join(tmpdir(), 'understudy-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts `understudy …` from another folder, as a user would. */
  const start = (...words: string[]) =>
    startCommand(stack(), [process.execPath, resolve('bin/understudy.mjs'), ...words], folder);
  const understudy = (...words: string[]) => start(...words).ended;

  const canary = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h', minSamples: 100, margin: 0.02 };

  it('applies a manifest whose artifacts are relative to it', async () => {
    const manifest = digitsManifest(name, { canary });
    const versions = (['v1', 'v2'] as const).map((version) => ({
      name: version,
      runtime: 'onnx',
      artifact: relative(folder, modelPath(version)),
      output: 'label',
    }));
    const file = join(folder, 'endpoint.yaml');
    writeFileSync(file, stringify({ ...manifest, spec: { ...manifest.spec, versions } }));
    const applied = await understudy('apply', '-f', file, '--wait', '30s');
    expect(applied, applied.output).toMatchObject({ code: 0 });
    expect(applied.output).toContain(name);
    expect(await understudy('diff', '-f', file)).toMatchObject({ code: 0 });
    writeFileSync(file, stringify({ ...manifest, spec: { ...manifest.spec, versions, timeout: '4s' } }));
    const differs = await understudy('diff', '-f', folder);
    expect(differs, differs.output).toMatchObject({ code: 1 });
    expect(differs.output).toContain('spec.timeout: 30s → 4s');
    const exported = join(folder, 'exported.yaml');
    writeFileSync(exported, (await understudy('manifest', name)).output);
    expect(await understudy('apply', '-f', exported, '--dry-run')).toMatchObject({ code: 0 });
    rmSync(exported);
    // Sent, and loaded by a worker that fetched them.
    const { versions: shown } = await stack().control.view(name);
    for (const { artifact, sha256 } of shown) expect(artifact).toMatch(new RegExp(`^sha256:${sha256}/v[12].onnx$`));
  });

  it('says what is wrong with a manifest, and ends with an error', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, stringify(digitsManifest(name, { canary: { ...canary, stpes: 1 } })));
    const refused = await understudy('apply', '-f', file);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('spec.strategy.canary.stpes');
    expect(await understudy('diff', '-f', file)).toMatchObject({ code: 2 });
  });

  it('lists and describes', async () => {
    const listed = await understudy('get');
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.output).toMatch(new RegExp(`${name}.*canary`));
    const described = await understudy('describe', name);
    expect(described).toMatchObject({ code: 0 });
    for (const part of ['v1', 'v2', 'canary', 'hold', 'how long   unknown']) expect(described.output).toContain(part);
    const several = await understudy('get', name, 'nobody');
    expect(several).toMatchObject({ code: 4 });
    expect(several.output).toContain('there is no endpoint "nobody"');
  });

  it('says how everything is', async () => {
    // On a busy machine a heartbeat may be late.
    const status = await eventually(
      async () => {
        const asked = await understudy('status', '--all');
        return asked.code === 0 ? asked : undefined;
      },
      { what: 'nothing wrong' },
    );
    for (const app of ['ingress', 'router', 'model-worker', 'recorder', 'feedback', 'deployer'])
      expect(status.output).toMatch(new RegExp(`^${app} +1 `, 'm'));
    expect(status.output).toMatch(
      new RegExp(`${name}/v1 +1[\\s\\S]*requests\\.${name} +router +0[\\s\\S]*nothing is wrong`),
    );
  });

  it('lists dead letters, shows them and sends them back', async () => {
    const [written] = await stack().upstream.produce(stack().upstream.topic('requests', { endpoint: name }), [{ value: 'no JSON' }]); // prettier-ignore
    expect(written).toBeDefined();
    const listed = await eventually(
      async () => {
        const { output } = await understudy('deadletters', 'list', '--topic', `requests.${name}`, '-o', 'json');
        return (JSON.parse(output) as { id: string; replayed: unknown }[])[0];
      },
      { what: 'a dead letter' },
    );
    const shown = await understudy('deadletters', 'show', listed.id);
    expect(shown.output).toMatch(/from +.*partition[\s\S]*no JSON/);
    expect(await understudy('deadletters', 'replay', '--all')).toMatchObject({ code: 1 });
    expect(await understudy('deadletters', 'replay')).toMatchObject({ code: 2 });
    const sent = await understudy('deadletters', 'replay', '--all', '--topic', `requests.${name}`, '--yes', '--why', 'to see'); // prettier-ignore
    expect(sent, sent.output).toMatchObject({ code: 0 });
    expect(sent.output).toMatch(/1 sent to .*requests/);
    expect(await understudy('deadletters', 'replay', listed.id)).toMatchObject({ code: 1 });
    expect((await understudy('events', name)).output).toMatch(/dead-letters-replayed .*to see/);
  });

  it('waits for what comes, and says by its code what does not', async () => {
    expect(await understudy('wait', name, '--for', 'ready')).toMatchObject({ code: 0 });
    expect(await understudy('wait', name, '--for', 'promoted', '--timeout', '500ms')).toMatchObject({ code: 6 });
    expect(await understudy('wait', name, '--for', 'better days')).toMatchObject({ code: 2 });
  });

  it('asks for a prediction and gives its truth', async () => {
    const predicted = await understudy(
      'predict',
      name,
      '--json',
      JSON.stringify({ id: 'from-cli', ...v1Question(digit(0)) }),
    );
    expect(predicted, predicted.output).toMatchObject({ code: 0 });
    expect(predicted.output).toContain('predictions');
    const [row] = await stack().log.awaitRowsOf(name, 'from-cli');
    const { predictions } = row!.response as { predictions: unknown[] };
    const told = await understudy('truth', name, 'from-cli', String(predictions[0]));
    expect(told, told.output).toMatchObject({ code: 0 });
    await eventually(
      async () =>
        (await stack().log.outcomes(name)).some(({ request_id, reward }) => request_id === 'from-cli' && reward === 1),
      {
        what: 'the outcome',
      },
    );
  });

  it('imports the truths of a file, and says which of them match nothing', async () => {
    const [row] = await stack().log.awaitRowsOf(name, 'from-cli');
    const { predictions } = row!.response as { predictions: unknown[] };
    const file = join(folder, 'truths.csv');
    const unmatched = join(folder, 'unmatched.jsonl');
    writeFileSync(file, `id,truth,at\nfrom-cli,${String(predictions[0])},\nnever-asked,3,\nfrom-cli\nfrom-cli,3,yesterday\n`); // prettier-ignore
    const imported = await understudy('truth', 'import', file, '--endpoint', name, '--unmatched', unmatched);
    expect(imported, imported.output).toMatchObject({ code: 0 });
    expect(imported.output).toMatch(/2 of 4 truths accepted\n2 rejected:\n {2}line 4: 1 fields.*\n {2}line 5: at: /);
    expect(readFileSync(unmatched, 'utf8')).toBe(`{"endpoint":"${name}","id":"never-asked"}\n`);
  });

  it('says what each version would have earned, by the log', async () => {
    const evaluated = await understudy('evaluate', name);
    expect(evaluated, evaluated.output).toMatchObject({ code: 0 });
    expect(evaluated.output).toMatch(/v[12] alone +1 /);
    const asked = await understudy('evaluate', name, '--policy', 'thompson', '-o', 'json');
    expect(JSON.parse(asked.output)).toMatchObject({
      endpoint: name,
      rows: 1,
      estimates: [{ target: 'policy thompson' }],
    });
  });

  it('exports the log, and finds nothing wrong with it', async () => {
    const file = join(folder, 'log.csv');
    const exported = await understudy('export', name, '-o', file);
    expect(exported, exported.output).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toMatch(/^endpoint,request_id,.*\nby-cli,from-cli,/);
    const lines = await understudy('export', name, '--view', 'experiment_log', '--from', '2026-01-01T00:00:00Z');
    expect(lines.output).toContain('"request_id":"from-cli"');
    const audited = await understudy('audit', name, '-o', 'json');
    expect(audited, audited.output).toMatchObject({ code: 0 });
    expect(JSON.parse(audited.output)).toMatchObject({ endpoint: name, requests: 1, differences: 0 });
    expect(await understudy('get', '-o', 'file')).toMatchObject({ code: 2 });
  });

  it('finds what somebody changed by hand, and mends it', async () => {
    await stack().pool.query('UPDATE arm_stats SET scored = scored + 1 WHERE endpoint = $1', [name]);
    const found = await understudy('audit', name);
    expect(found).toMatchObject({ code: 1 });
    expect(found.output).toMatch(/arm_stats 1\/0\/v[12][\s\S]*1 difference/);
    expect(await understudy('audit', name, '--repair')).toMatchObject({ code: 0 });
    expect(await understudy('audit', name)).toMatchObject({ code: 0 });
  });

  it('forgets a consumer, and says what Kafka still holds', async () => {
    const asked = await understudy('predict', name, '--key', 'ann', '--json', JSON.stringify({ id: 'of-ann', ...v1Question(digit(1)) })); // prettier-ignore
    expect(asked, asked.output).toMatchObject({ code: 0 });
    await stack().log.awaitRowsOf(name, 'of-ann');
    const unsure = await understudy('forget', '--routing-key', 'ann');
    expect(unsure).toMatchObject({ code: 1 });
    expect(unsure.output).toContain('--yes');
    const done = await understudy('forget', '--routing-key', 'ann', '--endpoint', name, '--yes', '--json');
    expect(done, done.output).toMatchObject({ code: 0 });
    expect(JSON.parse(done.output)).toMatchObject({
      routingKey: 'ann',
      requests: 1,
      rows: { predictions: 1 },
      pins: [],
    });
    const { rows } = await stack().pool.query('SELECT 1 FROM predictions WHERE routing_key = $1', ['ann']);
    expect(rows).toEqual([]);
    const again = await understudy('forget', '--routing-key', 'ann', '--yes');
    expect(again, again.output).toMatchObject({ code: 0 });
    expect(again.output).toMatch(new RegExp(`nothing of ann[\\s\\S]*requests\\.${name} +1d +\\d{4}-`));
    expect(await understudy('audit', name)).toMatchObject({ code: 0 });
  });

  it('pauses, resumes, promotes and rolls back, while others watch and wait', async () => {
    const watching = understudy('watch', name, '--until-done', '--interval', '100ms');
    const waiting = understudy('wait', name, '--for', 'promoted', '--timeout', '60s');
    const following = start('events', name, '--follow').child;
    let followed = '';
    following.stdout?.on('data', (text: string) => (followed += text));
    await eventually(() => followed.includes('created'), { what: 'the events so far' });
    for (const verb of ['pause', 'resume', 'promote', 'rollback']) {
      const done = await understudy(verb, name);
      expect(done, `${verb}: ${done.output}`).toMatchObject({ code: 0 });
    }
    const { plan } = await stack().control.view(name);
    expect(plan.allocation.find(({ weight }) => weight === 1)?.version).toBe('v1');
    await eventually(() => /paused by [\s\S]*resumed by [\s\S]*promoted by [\s\S]*rolled-back by/.test(followed), { what: 'the events that were followed' }); // prettier-ignore
    following.kill();
    expect((await watching).output).toMatch(
      /rollout 1 running; plan 1: v2 10 %, v1 90 %; hold\n[\s\S]*(succeeded|failed)/,
    );
    // Whether it saw the promotion before the rollback is a matter of time.
    expect([0, 7]).toContain((await waiting).code);
    expect(await understudy('wait', name, '--for', 'rolled-back')).toMatchObject({ code: 0 });
    expect(await understudy('wait', name, '--for', 'promoted')).toMatchObject({ code: 7 });
    const history = await understudy('history', name);
    expect(history.output).toMatch(/1 +canary +v1, v2 +failed/);
    expect((await understudy('history', name, '--plans')).output).toMatch(/3 +1 +2 .*v1 100 % .*rollback by/);
  });

  it('says what it could not reach, or does not know', async () => {
    expect((await understudy('describe', 'nobody')).code).toBe(4);
    expect((await understudy('describe', name, '--deployer', 'http://127.0.0.1:1')).code).toBe(3);
    expect((await understudy('describe', 'nobody')).output).toContain('nobody');
    expect((await understudy('frobnicate')).code).toBe(2);
  });
});

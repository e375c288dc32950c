import { describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, modelPath, v2Question } from '#testing';
import { useStack } from './use-stack.js';

describe('a version that no worker has', () => {
  const stack = useStack();
  const name = 'no-worker';
  const ids = (round: string): string[] => Array.from({ length: 40 }, (_, index) => `${round}-${index}`);
  const ask = async (round: string) =>
    Promise.all(
      ids(round).map(
        async (id, index) => (await stack().serving.infer(name, { id, ...v2Question(digit(index)) })).body,
      ),
    );

  it('has its share answered by the fallback, and the log says so', async () => {
    const { control, log } = stack();
    const versions = [
      { name: 'v1', runtime: 'onnx', artifact: modelPath('v1'), output: 'label' },
      { name: 'v2', runtime: 'onnx', artifact: modelPath('v2'), output: 'label', pool: 'gpu' },
    ];
    const canary = { champion: 'v1', candidate: 'v2', steps: [50], interval: '1h', minSamples: 100, margin: 0.1 };
    await control.put(name, digitsManifest(name, { canary }, { versions }));
    // Else its errors would have it rolled back, and rightly so.
    await control.steer(name, 'pause');
    const lonely = await control.awaitView(
      name,
      ({ waitsFor }) => waitsFor.length === 1 && waitsFor[0]!.includes('v2'),
      'everything there but v2',
    );
    expect(lonely.ready).toBe(false);

    const answers = await ask('alone');
    expect(answers.every((answer) => answer['model_version'] === 'v1')).toBe(true);
    expect(await log.awaitAccount(name, ids('alone'))).toMatchObject({ missing: [], repeated: [] });
    const orphans = (await log.rows(name)).filter(({ version }) => version === 'v2');
    expect(orphans.length).toBeGreaterThan(0);
    for (const row of orphans) {
      expect(row).toMatchObject({ role: 'primary', status: 'error', propensity: 0.5, response: null });
      const rows = await log.awaitRowsOf(name, row.request_id, 2);
      expect(rows.find(({ role }) => role === 'fallback')).toMatchObject({
        version: 'v1',
        status: 'ok',
        propensity: null,
      });
    }
  });

  it('answers itself as soon as one comes', async () => {
    const { control } = stack();
    await stack().add('model-worker', { POOL: 'gpu' });
    await control.awaitView(name, ({ ready }) => ready, 'v2 there too');
    // A router hears of the worker by a heartbeat of its own.
    let round = 0;
    await eventually(
      async () => (await ask(`together-${round++}`)).some((answer) => answer['model_version'] === 'v2'),
      {
        what: 'an answer of v2',
      },
    );
  });
});

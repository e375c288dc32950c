import { beforeAll, describe, expect, it } from 'vitest';
import { appNames } from '#contracts';
import { digitsManifest, type Traffic } from '#testing';
import { useStack } from './use-stack.js';

describe('each service killed in turn under traffic over both doors', () => {
  const stack = useStack();
  const name = 'killed';
  let requests: Traffic;

  beforeAll(async () => {
    const silent = { champion: 'v1', shadows: [{ version: 'v2' }] };
    await stack().control.apply(digitsManifest(name, { silent }, { timeout: '3s' }));
    requests = stack().traffic({ endpoint: name, perSecond: 60, truth: { delayMs: 300 } });
    await requests.more(60);
  });

  it.each(appNames)('%s comes back and goes on', async (app) => {
    const service = stack().service(app);
    await service.kill('SIGKILL');
    // At least the door that is still open takes requests meanwhile.
    await requests.more(60);
    await service.start();
    await requests.more(60);
  });

  it('leaves exactly one primary row for every accepted request, and the outcome of every truth', async () => {
    const { log } = stack();
    await requests.stop();
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitOutcomes(name, requests.truths.keys())).toEqual([]);
    expect(await log.awaitRecount(name)).toEqual([]);
  });
});

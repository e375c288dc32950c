import { describe, expect, it } from 'vitest';
import type { AppName } from '#contracts';
import { digitsManifest, type Stack, type Traffic } from '#testing';
import { useStack } from '../use-stack.js';
import { faultSchedule, type Fault } from './schedule.js';

// Another seed is another history; the one that failed can be told again.
const seed = Number(process.env['FAULTS_SEED'] ?? 1);
const count = Number(process.env['FAULTS'] ?? 18);
const instances: Record<AppName, number> = {
  ingress: 1,
  router: 2,
  'model-worker': 2,
  recorder: 2,
  feedback: 2,
  deployer: 1,
};

describe(`faults (seed ${seed})`, () => {
  const stack = useStack({ services: instances });
  const name = 'faults';
  const manifest = (weight: number) =>
    digitsManifest(
      name,
      { canary: { champion: 'v1', candidate: 'v2', steps: [weight], interval: '1h', minSamples: 100, margin: 0.05 } },
      { timeout: '3s' },
    );

  it('leave one primary row for each accepted request, the outcome of each truth, and statistics that add up', async () => {
    const { control, log } = stack();
    await control.apply(manifest(30));
    const requests = stack().traffic({ endpoint: name, perSecond: 50, truth: { delayMs: 1_000 }, maxWaiting: 200 });
    await requests.more(100);

    const report: Record<string, unknown>[] = [];
    for (const [n, fault] of faultSchedule(seed, count, instances).entries()) {
      const before = tally(requests);
      const from = performance.now();
      await (fault.kind === 'plan' ? control.put(name, manifest(20 + n)) : commit(stack(), fault));
      const recoveredMs = Math.round(performance.now() - from);
      await pause(fault.restMs);
      const after = tally(requests);
      report.push({
        fault: fault.kind,
        who: fault.targets.map(({ app, index }) => `${app}-${index + 1}`).join(' '),
        awayMs: fault.holdMs,
        readyAfterMs: recoveredMs,
        accepted: after.accepted - before.accepted,
        refused: after.refused - before.refused,
      });
    }
    console.table(report);

    await requests.more(100);
    await requests.stop();
    console.log(`${requests.accepted.size} accepted, refused: ${JSON.stringify(Object.fromEntries(requests.refused))}`);
    expect(await log.awaitAccount(name, requests.accepted, 120_000)).toMatchObject({ missing: [], repeated: [] });
    expect(await log.awaitOutcomes(name, requests.truths.keys(), 120_000)).toEqual([]);
    expect(await log.awaitRecount(name)).toEqual([]);
    for (const service of stack().services()) expect(service.running, service.name).toBe(true);
  });
});

async function commit(stack: Stack, { kind, targets, holdMs }: Fault): Promise<void> {
  await Promise.all(
    targets.map(async ({ app, index }) => {
      const service = stack.service(app, index);
      if (kind === 'pause') {
        service.pause();
        await pause(holdMs);
        service.resume();
        await service.ready();
        return;
      }
      await (kind === 'kill' ? service.kill() : service.stop());
      await pause(holdMs);
      await service.start();
    }),
  );
}

const tally = (requests: Traffic) => ({
  accepted: requests.accepted.size,
  refused: [...requests.refused.values()].reduce((sum, n) => sum + n, 0),
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import type { Evidence, TrafficPlan } from '#contracts';
import { digitsManifest, eventually, http, soleVersion, Stack, type ServiceProcess } from '#testing';

/** How often the leader is killed, and where what was seen of it is written to, if anywhere. */
const kills = Number(process.env['LEADER_KILLS'] ?? 10);
const resultFile = process.env['LEADER_KILLS_RESULT'];
const seed = 1;

const endpoints = ['one', 'two', 'three', 'four', 'five', 'six'];
const steps = Array.from({ length: 20 }, (_, n) => 4 * n + 10);

const canaryTo = (candidate: string) => ({
  canary: { champion: candidate === 'v2' ? 'v1' : 'v2', candidate, steps, interval: '200ms', margin: 0.05 },
});

describe(`two deployers, of which the leader is killed ${kills} times at random moments`, () => {
  let stack: Stack;
  let moving = Promise.resolve();
  const stop = new AbortController();
  /** What a reader of the topic has heard, by endpoint, in order. */
  const heard = new Map<string | null, TrafficPlan[]>(endpoints.map((name) => [name, []]));
  /** From a kill to the other's leadership, and to its first plan, in ms. */
  const changes: { leadsMs: number; planMs: number }[] = [];

  beforeAll(async () => {
    stack = await Stack.start({ services: { deployer: 2 } });
    await stack.upstream.hear(stack.upstream.topic('plans'), ({ key, value }) => {
      heard.get(key)?.push(JSON.parse(value) as TrafficPlan);
      return Promise.resolve();
    });
    for (const name of endpoints) expect((await put(name, 'v2')).status).toBe(201);
    await eventually(() => endpoints.every((name) => plansOf(name).length > 0), { what: 'the first plans' });
    moving = keepMoving();
  });
  afterAll(async () => {
    stop.abort();
    await moving.catch(() => undefined);
    await stack.stop();
  });

  const plansOf = (name: string): readonly TrafficPlan[] => heard.get(name) ?? [];
  const count = (): number => endpoints.reduce((sum, name) => sum + plansOf(name).length, 0);

  /** By whichever deployer runs. */
  const put = (name: string, candidate: string) => {
    const { url } = stack.services('deployer').find(({ running }) => running)!;
    const body = digitsManifest(name, canaryTo(candidate), { partitions: 1 });
    return http(`${url}/api/v1/endpoints/${name}`, { method: 'PUT', body });
  };

  /** Says of each endpoint's newest step that all is well, again and again as feedback does, and begins the next rollout where one has ended. */
  async function keepMoving(): Promise<void> {
    for (let seq = 1; !stop.signal.aborted; seq += 1) {
      for (const name of endpoints) {
        const plan = plansOf(name).at(-1)!;
        const sole = soleVersion(plan);
        // One that is killed meanwhile does not answer: the next look asks again.
        if (sole !== undefined) await put(name, sole === 'v2' ? 'v1' : 'v2').catch(() => undefined);
        else await tell(plan, seq);
      }
      await sleep(100, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  async function tell({ endpoint, rollout, step, allocation }: TrafficPlan, seq: number): Promise<void> {
    const weights = Object.fromEntries(allocation.map(({ version, weight }) => [version, weight]));
    const arms = allocation.map(({ version, weight }) => {
      const n = Math.round(weight * 100_000);
      const right = Math.round(n * 0.9);
      return { version, requests: n, errors: 0, units: n, errorSum: 0, scored: n, sum: right, sumSquares: right };
    });
    const steps = [{ step, from: 0, weights, arms }];
    const value: Evidence = { endpoint, rollout, seq, at: Date.now(), steps, pairs: [], lagSeconds: 0 };
    await stack.upstream.produce(stack.upstream.topic('evidence'), [{ key: endpoint, value }]);
  }

  async function leads({ url, running }: ServiceProcess): Promise<boolean> {
    if (!running) return false;
    const { body } = await http<string>(`${url}/metrics`);
    return /^understudy_deployer_leader(\{[^}]*\})? 1$/m.test(body);
  }

  const theLeader = (): Promise<ServiceProcess> =>
    eventually(
      async () => {
        for (const service of stack.services('deployer')) if (await leads(service)) return service;
        return undefined;
      },
      { what: 'a leader', intervalMs: 20 },
    );

  const anotherPlan = (): Promise<boolean> => {
    const before = count();
    return eventually(() => count() > before, { what: 'another plan', intervalMs: 10 });
  };

  it(
    'has another leader each time, which goes on with the rollouts',
    async () => {
      const uniform = uniformFrom(seed);
      for (let n = 0; n < kills; n += 1) {
        const leader = await theLeader();
        await anotherPlan();
        // The moment is random on purpose: between any two instructions of deciding, writing and publishing.
        await sleep(uniform() * 250);
        const from = performance.now();
        await leader.kill('SIGKILL');
        const next = await theLeader();
        expect(next.name).not.toBe(leader.name);
        const leadsMs = performance.now() - from;
        await anotherPlan();
        changes.push({ leadsMs, planMs: performance.now() - from });
        await leader.start();
      }
    },
    60_000 + kills * 15_000,
  );

  it('has lost no plan, has none that goes back or says another thing under the same epoch, and the topic has what the database has', async () => {
    stop.abort();
    await moving;
    // Those that have ended refuse it: they stay as they are anyway.
    for (const name of endpoints) await stack.control.steer(name, 'pause');
    const sql = 'SELECT endpoint, plan, published_at FROM traffic_plans ORDER BY endpoint, epoch';
    const decided = async () =>
      (await stack.pool.query<{ endpoint: string; plan: TrafficPlan; published_at: Date | null }>(sql)).rows;
    await eventually(
      async () => {
        const rows = await decided();
        const heardOf = ({ endpoint, epoch }: TrafficPlan) => plansOf(endpoint).some((plan) => plan.epoch === epoch);
        return rows.every(({ published_at, plan }) => published_at !== null && heardOf(plan));
      },
      { what: 'all that was decided on the topic' },
    );
    const rows = await decided();
    let repeated = 0;
    for (const name of endpoints) {
      const records = plansOf(name);
      const epochs = records.map(({ epoch }) => epoch);
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
      const plans = new Map(records.toReversed().map((plan) => [plan.epoch, plan]));
      for (const plan of records) expect(plan).toEqual(plans.get(plan.epoch));
      expect(new Set(epochs)).toEqual(new Set(epochs.map((_, n) => n + 1).slice(0, plans.size)));
      expect(rows.filter(({ endpoint }) => endpoint === name).map(({ plan }) => plan)).toEqual(
        [...plans.values()].toReversed(),
      );
      repeated += records.length - plans.size;
    }
    if (resultFile !== undefined) writeFileSync(resultFile, `${JSON.stringify(report(repeated), null, 2)}\n`);
  });

  function report(repeated: number): object {
    const inOrder = (of: 'leadsMs' | 'planMs') => changes.map((one) => Math.round(one[of])).toSorted((a, b) => a - b);
    const figures = (ms: number[]) => ({ median: ms[Math.floor(ms.length / 2)], greatest: ms.at(-1) });
    return {
      date: new Date().toISOString(),
      cores: availableParallelism(),
      ...{ kills, seed, endpoints: endpoints.length, plans: count() - repeated },
      'published twice, the same both times': repeated,
      'from a kill to the next leader, ms': figures(inOrder('leadsMs')),
      'from a kill to its first plan, ms': figures(inOrder('planMs')),
    };
  }
});

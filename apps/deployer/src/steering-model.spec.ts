import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type pg from 'pg';
import type { RolloutStatus, SteeringVerb, TrafficPlan } from '#contracts';
import type { RunningService } from '#platform';
import { eventually, type HttpAnswer } from '#testing';
import { LeaderLease } from './leader-lease.js';
import { Harness, step } from './testing/harness.js';

const strategies = {
  single: { single: { version: 'v1' } },
  silent: { silent: { champion: 'v1', shadows: [{ version: 'v2' }], onSuccess: 'promote' } },
  canary: { canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '20ms', minSamples: 50, margin: 0.05 } },
  bandit: { bandit: { arms: ['v1', 'v2', 'v3'], cadence: '20ms', burnIn: 20, minSamples: 50 } },
}; // prettier-ignore
const versions = ['v1', 'v2', 'v3'];
const ended: readonly RolloutStatus[] = ['succeeded', 'failed', 'superseded'];

/** What must be so whatever the strategies say. */
interface Model {
  /** Pins in force, by routing key. */
  readonly pins: Map<string, string>;
}

/** One endpoint, driven and looked at. */
class Real {
  private seq = 0;
  private ends = new Map<number, RolloutStatus>();
  private before: { epoch: number; paused: boolean } = { epoch: 0, paused: false };

  constructor(
    readonly name: string,
    private readonly harness: Harness,
    private readonly services: readonly RunningService[],
    private readonly pool: pg.Pool,
  ) {}

  apply(strategy: keyof typeof strategies): Promise<HttpAnswer<Record<string, unknown>>> {
    return this.answered((n) => this.client(n).put(this.name, this.harness.manifest(this.name, strategies[strategy])));
  }

  steer(verb: SteeringVerb, body: object): Promise<HttpAnswer<Record<string, unknown>>> {
    return this.answered((n) => this.client(n).steer(this.name, verb, body));
  }

  /** What feedback would say of the step in force, and all the time until every deployer may have acted on it. */
  async evidence(quality: Record<string, number>): Promise<void> {
    const { plan } = await this.stands();
    const weights = Object.fromEntries(plan.allocation.map(({ version, weight }) => [version, weight]));
    const arms = Object.entries(weights).map(([version, weight]): [string, [number, number]] => {
      const n = Math.round(weight * 1_000);
      return [version, [Math.round(n * (quality[version] ?? 0.5)), n]];
    });
    this.seq += 1;
    await this.harness.evidence(this.name, this.seq, [step(plan.step, weights, Object.fromEntries(arms))], {
      rollout: plan.rollout,
    });
    const seen = `SELECT 1 FROM deployments WHERE endpoint = $1 AND (evidence_seq >= $2 OR status NOT IN ('running', 'paused') OR rollout > $3)`;
    await eventually(async () => (await this.pool.query(seen, [this.name, this.seq, plan.rollout])).rows.length > 0, {
      what: 'the evidence looked at',
      timeoutMs: 20_000,
    });
  }

  /** All connections to Postgres break, the leader's too, whatever they are at. */
  async crash(): Promise<void> {
    await this.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await eventually(() => this.services.filter((service) => service.app.get(LeaderLease).leads).length === 1, {
      what: 'one leader',
      timeoutMs: 20_000,
    });
  }

  /** @param byOperator whether the command before it was one that moves a paused rollout too */
  async check({ pins }: Model, byOperator: boolean): Promise<void> {
    const { plan, status, rollout } = await this.settled();
    const { rows } = await this.pool.query<{ plan: TrafficPlan; reason: string | null }>(
      'SELECT plan, reason FROM traffic_plans WHERE endpoint = $1 ORDER BY epoch',
      [this.name],
    );
    expect(rows.map((row) => row.plan.epoch)).toEqual(rows.map((_, i) => i + 1));
    for (const row of rows) {
      expect(row.reason, `why of plan ${row.plan.epoch}`).toBeTruthy();
      isWhole(row.plan);
    }
    // The topic has said nothing that the database has not.
    for (const said of this.harness.plansOf(this.name)) expect(said).toEqual(rows[said.epoch - 1]?.plan);
    expect(Object.fromEntries((plan.rules ?? []).map((rule) => [Object.values(rule.when)[0], rule.version]))).toEqual(
      Object.fromEntries(pins),
    );
    if (this.before.paused && !byOperator) expect(plan.epoch, 'nothing moves while paused').toBe(this.before.epoch);
    this.before = { epoch: plan.epoch, paused: status === 'paused' };
    await this.checkRollouts(rollout);
    const anonymous = `SELECT type FROM deployment_events WHERE endpoint = $1 AND actor = ''`;
    expect((await this.pool.query(anonymous, [this.name])).rows).toEqual([]);
  }

  private async checkRollouts(present: number): Promise<void> {
    const { rows } = await this.pool.query<{ rollout: number; status: RolloutStatus }>(
      'SELECT rollout, status FROM deployments WHERE endpoint = $1 ORDER BY rollout',
      [this.name],
    );
    expect(rows.at(-1)?.rollout).toBe(present);
    for (const { rollout, status } of rows) {
      if (rollout < present) expect(ended, `rollout ${rollout} of ${present}`).toContain(status);
      if (this.ends.has(rollout)) expect(ended, `rollout ${rollout} had ended`).toContain(status);
      if (ended.includes(status)) this.ends.set(rollout, status);
    }
  }

  /** Where it stands once the database and the topic say the same, a rollback without Postgres taken over. */
  private settled() {
    return eventually(
      async () => {
        const stands = await this.stands();
        return stands.plan.epoch === this.harness.plansOf(this.name).at(-1)?.epoch ? stands : undefined;
      },
      { what: `one plan of ${this.name} in the database and on the topic`, timeoutMs: 20_000 },
    );
  }

  private async stands(): Promise<{ plan: TrafficPlan; status: RolloutStatus; rollout: number }> {
    const { rows } = await this.pool.query<{ plan: TrafficPlan; status: RolloutStatus; rollout: number }>(
      `SELECT p.plan, d.status, d.rollout FROM endpoints e JOIN traffic_plans p ON p.endpoint = e.name AND p.epoch = e.epoch
       JOIN deployments d ON d.endpoint = e.name AND d.rollout = e.rollout WHERE e.name = $1`,
      [this.name],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }

  private client(n: number) {
    return this.harness.client(this.services[n % this.services.length]!);
  }

  /** By each deployer in turn, until it is not answered that Postgres is away. */
  private async answered(
    ask: (n: number) => Promise<HttpAnswer<Record<string, unknown>>>,
  ): Promise<HttpAnswer<Record<string, unknown>>> {
    let tries = 0;
    return eventually(
      async () => {
        const answer = await ask(this.seq + tries++);
        return answer.status === 503 ? undefined : answer;
      },
      { what: `an answer for ${this.name}`, timeoutMs: 20_000 },
    );
  }
}

function isWhole(plan: TrafficPlan): void {
  expect(plan.allocation.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  const named = plan.allocation.map(({ version }) => version);
  expect(new Set(named).size).toBe(named.length);
  for (const version of [...named, ...plan.shadows.map((shadow) => shadow.version), plan.fallback]) {
    expect(versions).toContain(version);
  }
}

class Do implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly text: string,
    private readonly act: (model: Model, real: Real) => Promise<unknown>,
    private readonly byOperator = true,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real);
    await real.check(model, this.byOperator);
  }

  toString(): string {
    return this.text;
  }
}

const asked = (verb: SteeringVerb, body: object = {}): Do =>
  new Do(`${verb} ${JSON.stringify(body)}`, async (_, real) => {
    expect([200, 202, 409]).toContain((await real.steer(verb, { actor: 'ada', reason: 'the model', ...body })).status);
  });
const crashDuring = (verb: SteeringVerb): Do =>
  new Do(`crash during ${verb}`, async (_, real) => {
    const [answer] = await Promise.all([real.steer(verb, { actor: 'ada' }), real.crash()]);
    expect([200, 202, 409]).toContain(answer.status);
  });
const version = fc.constantFrom(...versions);
const key = fc.constantFrom('ann', 'bob');
const commands = [
  fc
    .constantFrom(...(Object.keys(strategies) as (keyof typeof strategies)[]))
    .map(
      (name) => new Do(`apply ${name}`, async (_, real) => expect((await real.apply(name)).status).toBeLessThan(300)),
    ),
  fc
    .record({ v1: fc.constantFrom(0.5, 0.9), v2: fc.constantFrom(0.5, 0.9), v3: fc.constant(0.7) })
    .map((quality) => new Do(`truth ${JSON.stringify(quality)}`, (_, real) => real.evidence(quality), false)),
  fc.constant(new Do('crash', (_, real) => real.crash(), false)),
  fc.constantFrom<SteeringVerb>('promote', 'rollback', 'pause', 'resume').map(crashDuring),
  fc
    .option(version, { nil: undefined })
    .map((named) => asked('promote', named === undefined ? {} : { version: named })),
  fc.constantFrom<SteeringVerb>('rollback', 'pause', 'resume', 'pause').map((verb) => asked(verb)),
  fc.record({ version, weight: fc.constantFrom(0.05, 0.3, 0.5, 0.9) }).map((share) => asked('set-weight', share)),
  fc.tuple(key, version).map(
    ([routingKey, pinned]) =>
      new Do(`pin ${routingKey} to ${pinned}`, async ({ pins }, real) => {
        const answer = await real.steer('pin', { when: { routingKey }, version: pinned });
        expect(answer.status).toBe(200);
        pins.set(routingKey, pinned);
      }),
  ),
  key.map(
    (routingKey) =>
      new Do(`unpin ${routingKey}`, async ({ pins }, real) => {
        const had = pins.delete(routingKey);
        expect((await real.steer('unpin', { when: { routingKey } })).status).toBe(had ? 200 : 409);
      }),
  ),
];

let harness: Harness;
let services: RunningService[];
beforeAll(async () => {
  harness = await Harness.open();
  services = [await harness.start(), await harness.start()];
});
afterAll(() => harness.close());

it('keeps its invariants whatever operators, truth and crashes do, in any order', async () => {
  const pool = harness.pool();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25, size: 'max' }), async (sequence) => {
      runs += 1;
      const real = new Real(`model-${runs}`, harness, services, pool);
      expect((await real.apply('canary')).status).toBe(201);
      await fc.asyncModelRun(() => ({ model: { pins: new Map() }, real }), sequence);
    }),
    // A failing sequence is not made shorter: each try would cost as much as the first.
    { numRuns: 12, endOnFailure: true, interruptAfterTimeLimit: 50_000, markInterruptAsFailure: false },
  );
  expect(runs).toBeGreaterThan(1);
});

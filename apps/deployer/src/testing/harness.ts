import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Evidence, StepEvidence, TrafficPlan } from '#contracts';
import { Readiness, startService, type RunningService } from '#platform';
import { ControlClient, eventually, freshDatabase, Stage, type Heard } from '#testing';
import { deployer } from '../deployer.service.js';

/** A deployer on real Kafka and Postgres, with all that surrounds it played by hand. Of use between `open` and `close`. */
export class Harness {
  stage!: Stage;
  databaseUrl!: string;
  models!: string;
  private readonly running: RunningService[] = [];
  private readonly pools: pg.Pool[] = [];
  plans: Heard[] = [];
  versions: Heard[] = [];

  static async open(databaseUrl?: string): Promise<Harness> {
    const harness = new Harness();
    await harness.open(databaseUrl);
    return harness;
  }

  async open(databaseUrl?: string): Promise<void> {
    this.stage = await Stage.open();
    this.databaseUrl = databaseUrl ?? (await freshDatabase());
    this.models = realpathSync(mkdtempSync(join(tmpdir(), 'understudy-models-')));
    for (const version of ['v1', 'v2', 'v3']) writeFileSync(join(this.models, `${version}.onnx`), `model ${version}`);
    this.plans = await this.stage.upstream.listen(this.stage.topic('plans'));
    this.versions = await this.stage.upstream.listen(this.stage.topic('versions'));
  }

  /** Starts an instance and waits until it is ready. @param more of its environment */
  async start(more: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const env = this.stage.env({
      DEPLOYER_PORT: '0',
      DATABASE_URL: this.databaseUrl,
      ARTIFACT_ROOTS: this.models,
      ARTIFACT_STORE: join(this.models, '.store'),
      ARTIFACT_MAX_MB: '1',
      ...more,
    });
    const service = await startService(deployer, env);
    this.running.push(service);
    await eventually(() => service.app.get(Readiness).ready, { what: 'a ready deployer', timeoutMs: 30_000 });
    return service;
  }

  client(service: RunningService): ControlClient {
    return new ControlClient(() => `http://127.0.0.1:${service.port}`);
  }

  async stop(service: RunningService): Promise<void> {
    this.running.splice(this.running.indexOf(service), 1);
    await service.stop();
  }

  /** For what only the database says. */
  pool(): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.databaseUrl, max: 2 });
    pool.on('error', () => undefined);
    this.pools.push(pool);
    return pool;
  }

  manifest(
    name: string,
    strategy: object,
    changes: object = {},
  ): { metadata: { name: string } } & Record<string, unknown> {
    const versions = ['v1', 'v2', 'v3'].map((version) => ({
      name: version,
      runtime: 'onnx',
      artifact: `${version}.onnx`,
    }));
    return {
      apiVersion: 'understudy/v1',
      kind: 'Endpoint',
      metadata: { name },
      spec: { versions, strategy, ...changes },
    };
  }

  /** The endpoint's records on the topic of plans, in order. */
  plansOf(endpoint: string): TrafficPlan[] {
    return this.plans.filter(({ key }) => key === endpoint).map(({ value }) => JSON.parse(value) as TrafficPlan);
  }

  async lastPlan(endpoint: string, holds: (plan: TrafficPlan) => boolean): Promise<TrafficPlan> {
    const look = (): TrafficPlan | undefined => this.plansOf(endpoint).findLast(holds);
    return eventually(look, {
      what: `a plan of ${endpoint} on the topic; there are ${JSON.stringify(this.plansOf(endpoint))}`,
    });
  }

  /** What feedback would publish. */
  async evidence(endpoint: string, seq: number, steps: StepEvidence[], more: Partial<Evidence> = {}): Promise<void> {
    const value: Evidence = { endpoint, rollout: 1, seq, at: Date.now(), steps, pairs: [], lagSeconds: 0, ...more };
    await this.stage.upstream.produce(this.stage.topic('evidence'), [{ key: endpoint, value }]);
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((service) => service.stop()));
    await Promise.all(this.pools.map((pool) => pool.end()));
    await this.stage.close();
    rmSync(this.models, { recursive: true });
  }
}

/** A step in which so many of n requests of each version were right. */
export function step(
  number: number,
  weights: Record<string, number>,
  arms: Record<string, [right: number, n: number]>,
): StepEvidence {
  return {
    step: number,
    from: 0,
    weights,
    arms: Object.entries(arms).map(([version, [right, n]]) => ({
      version, requests: n, errors: 0, units: n, errorSum: 0, scored: n, sum: right, sumSquares: right,
    })), // prettier-ignore
  };
}
